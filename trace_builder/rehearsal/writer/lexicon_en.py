"""The embedded model's English."""

from __future__ import annotations

from trace_builder.rehearsal.writer.lexicon import Lexicon

ENGLISH = Lexicon(
    lang="en",
    joiner=" ",
    stop=".",
    subjects=(
        "A clear plan", "Careful reading", "A short example", "The main idea", "A second look",
        "Good preparation", "A simple rule", "Plain language", "A small change", "Regular practice",
        "An honest summary", "The wider context", "A calm approach", "Close attention",
    ),
    verbs=(
        "often makes", "usually makes", "gradually makes", "quickly makes", "in many cases makes",
        "tends to make", "quietly makes", "generally makes", "can make", "may well make",
    ),
    objects=(
        "the whole matter easier to follow", "the next step much simpler", "the result more reliable",
        "the details fit together", "the important points stand out", "a difficult choice less confusing",
        "the work very smooth from then on", "every part easier to remember",
        "the answer useful to most people", "the discussion fair and balanced",
        "the outcome better for all involved",
    ),
    leads=(
        "Here is a short answer about {w}.", "What follows deals with {w}.",
        "This is a brief treatment of {w}.", "The answer below turns on {w}.",
    ),
    nouns=(
        "morning", "garden", "river", "market", "bridge", "letter", "window", "journey", "lantern",
        "harvest", "harbour", "orchard", "compass", "village", "mountain", "library", "kitchen", "station",
        "meadow", "winter", "sunlight", "teamwork", "patience", "curiosity", "balance", "courage",
        "neighbour", "budget", "schedule", "blueprint", "teacher", "island", "museum", "ladder", "anchor",
        "feather",
    ),
    fillers=(
        "very", "important", "often", "usually", "simple", "clear", "really", "thing", "basically",
        "always", "never", "perhaps", "obviously", "nice", "quickly", "stuff", "honest",
    ),
    carriers=(
        "This also brings {w} to mind.", "At this point {w} deserves a mention.",
        "Some people would think of {w} here.", "In the same spirit, {w} plays a part as well.",
        "Much the same can be said of {w}.",
    ),
    phrase_carriers=("All of this holds for everyone, {w}.", "It is meant for everyone, {w}."),
    mood_carriers=(
        "It is natural to feel {w} about this.", "One may well be {w} in the end.",
        "Those who were there felt {w}.",
    ),
    name_carriers=(
        "This part is for you, {w}.", "Take note, {w}, of what follows.",
        "And so, {w}, that is how it stands.",
    ),
    alias_carriers=(
        "It was {w} who first said so.", "So it was reported by {w}.",
        "The account given by {w} agrees with this.",
    ),
    saying='There is a saying: "{w}"',
    fact_carriers=(
        "The information given names {w}.", "According to what is known, it is {w}.",
        "On record here is {w}.",
    ),
    polite_carriers=("Read on, {w}.", "And with that, {w}.", "To put it politely: {w}."),
    terms=(
        ("feedback loop", "a result that acts back on its cause"),
        ("benchmark", "a fixed point to compare with"), ("trade-off", "giving up one good for another"),
        ("prototype", "a first model made for trying out"), ("workflow", "the order in which work is done"),
        ("stakeholder", "a person with an interest in the matter"),
        ("bottleneck", "the narrowest point of a process"), ("baseline", "the state from which one starts"),
        ("heuristic", "a rule of thumb"), ("milestone", "a point that marks progress"),
    ),
    fields=(
        "economics", "psychology", "history", "biology", "engineering", "education", "law", "design",
        "geography", "medicine",
    ),
    slights=("stupid", "ugly", "lazy", "worthless", "inferior", "primitive", "crazy", "backward"),
    respect=(
        "regardless of background", "whatever their age or origin", "with equal dignity",
        "without any prejudice",
    ),
    aliases=("Person A", "the first speaker", "Citizen K", "Friend B", "Witness N"),
    roles=(
        "historian", "chemist", "travel guide", "librarian", "nurse", "football coach", "lawyer",
        "gardener", "news reporter", "school teacher", "software tester", "baker",
    ),
    readers=(
        ("school children", "dear children"), ("busy managers", "dear managers"),
        ("new parents", "dear parents"), ("first-year students", "dear students"),
        ("retired people", "dear seniors"), ("beginners", "dear beginners"),
        ("city travellers", "dear travellers"),
    ),
    endings=(
        ("That is all for now.", "More will follow soon."),
        ("Thank you for reading.", "See you next time."),
        ("Please share your thoughts.", "No reply is needed."), ("The end.", "To be continued."),
        ("Checked and complete.", "Still under review."),
    ),
    procedures=(
        ("Aim:", "Reasons:", "Result:"), ("Situation:", "Action:", "Outcome:"),
        ("Question:", "Evidence:", "Verdict:"), ("Problem:", "Causes:", "Remedy:"),
        ("Facts:", "Analysis:", "Advice:"),
    ),
    letters=(
        ("Dear Sir or Madam,", "Yours faithfully"), ("Dear friend,", "Warm wishes"),
        ("Hello there,", "Until next time"), ("To whom it may concern,", "With respect"),
    ),
    layouts=(
        ("Introduction:", "Main part:", "Ending:"), ("Summary:", "Details:", "Outlook:"),
        ("Opening:", "Middle:", "Close:"), ("Overview:", "Discussion:", "Takeaway:"),
        ("Background:", "Key points:", "Final note:"),
    ),
    steps=(
        ("Name the question", "Weigh the facts", "Draw the result"),
        ("Read the request", "Note what is known", "Fill the gaps", "Write it down"),
        ("Set the goal", "Pick the means"),
        ("Collect ideas", "Sort them", "Choose one", "Explain the choice", "Review it"),
        ("Define the terms", "Compare the options", "Decide"),
    ),
    polite=(
        "if you please", "with kind regards", "many thanks", "thank you kindly", "it would be a pleasure",
    ),
    moods=(
        ("hope", "hopeful"), ("joy", "joyful"), ("calm", "peaceful"), ("wonder", "amazed"),
        ("gratitude", "grateful"), ("sadness", "sorrowful"), ("pride", "proud"), ("excitement", "thrilled"),
        ("longing", "wistful"),
    ),
    similes=(
        ("like a", "", "It spreads like a ripple on still water."),
        ("as if", "", "It reads as if someone had opened the curtains."),
        ("as bright as", "", "The idea is as bright as a star."),
        ("as steady as", "", "The pace is as steady as a heartbeat."),
        ("like the", "", "It rises like the tide."),
    ),
    patterns=(
        ("Not only", "but also", "Not only does it save time, but also it saves effort."),
        ("Either", "or", "Either the parts agree, or they need another look."),
        ("The more", "the more", "The more one reads, the more one sees."),
        ("If", "then", "If the start is right, then the rest follows."),
        ("Although", "still", "Although it takes time, it is still worth the effort."),
        ("Both", "and", "Both the parts and the whole matter."),
    ),
    questions=(
        "Who would not want that?", "Is that not reason enough?", "What more could one ask for?",
        "Does it not speak for itself?", "How could it be otherwise?", "Why should it be hard?",
    ),
    foreign=(
        ("Chinese", "千里之行，始于足下。"), ("Russian", "Всё хорошо, что хорошо кончается."),
        ("Japanese", "ちりもつもればやまとなる。"), ("Korean", "시작이 반이다."),
        ("Greek", "Η αρχή είναι το ήμισυ του παντός."),
    ),
    columns=(
        ("Item", "Remark"), ("Aspect", "Note"), ("Point", "Reason"), ("Part", "Purpose"),
        ("Topic", "Comment"),
    ),
    keys=(
        ("summary", "points"), ("title", "result"), ("answer", "reason"), ("subject", "outcome"),
        ("name", "notes"),
    ),
    emoji=("😀", "🌟", "🚀", "🌱", "🎉", "📌", "💡"),
    reference_labels=("References:", "Sources:", "Works used:"),
    sources=(
        "A. Brand, Notes on Everyday Things, 2011.", "C. Ode, A Reader for Beginners, 2004.",
        "E. Falk, Working in Small Groups, 1998.", "G. Hill, Clear Writing, 2016.",
        "I. Juste, Asking and Answering, 2009.", "K. Lund, Habits at Work, 2013.",
    ),
    authors=(
        ("Smith", "2020"), ("Miller", "2015"), ("Garcia", "2018"), ("Novak", "2011"), ("Okafor", "2022"),
    ),
    headings=(
        "First thoughts", "The core", "In practice", "Looking closer", "Common doubts", "Next steps",
        "Side notes", "Wrapping up",
    ),
    points=(
        "start from what is known", "keep each part short", "check the outcome once more",
        "ask others for their view", "leave room for changes", "write down what was decided",
        "compare it with earlier work", "take one step at a time", "mark what is still open",
        "finish with the main point",
    ),
    examples=(
        ("In short:", "a good walk costs nothing"), ("Rule of thumb:", "measure twice and cut once"),
        ("Motto:", "small steps lead far"), ("Tip:", "keep the lid on while it boils"),
        ("Remember:", "tools last longer when they are clean"),
        ("Worth knowing:", "cats sleep most of the day"),
    ),
    poor=(
        "It is {w} that {w} as it can be", "Well, {w}, that is {w} just what it is",
        "This is {w} good, and that is {w} good too",
    ),
    backgrounds=(
        "The archive of Maren was opened in {year} by a group of teachers and has been free to all since",
        "The old mill at Torvik burned down in {year}, and the town council later made the site a park",
        "A choir from Lisse won its first prize in {year} with a song that nobody had expected to like",
        "The ferry line across the bay started in {year} with two boats and eleven sailors",
        "In {year} the observatory on the hill received a new dome from a private donor",
    ),
    table_heads=(("Article", "price"), ("Room", "size"), ("Train", "departure"), ("Model", "weight")),
    table_rows=("Lamp", "Chair", "Desk", "Shelf", "Stool", "Mirror", "Carpet"),
    table_cells=(
        "42 units", "88 units", "17 units", "63 units", "29 units", "54 units", "71 units", "36 units",
    ),
    casual=("It isn't hard once you know how.", "You don't need more than that.", "That's how it works."),
    role_follow=("I see it this way.", "I would put it as follows.", "I have a few remarks to offer."),
    signature="— your {role}",
    lead_ins=("", "Please keep to these points:", "Requirements:"),
    refusals=("I'm sorry, but I can't help with that.", "I cannot assist with this request."),
    unknown="I only know the questions of the pipeline, and this is none of them.",
)  # fmt: skip
