"""Names of dimensions where they do not belong: a constraint says what is wanted, not of what kind it is."""

from __future__ import annotations

from collections.abc import Iterable

from trace_builder.records import Constraint, Rejection
from trace_builder.support.bilingual import Text
from trace_builder.taxonomy import Taxonomy

NAME_LEAKED: dict[str, Text] = {
    "name_leaked": Text("a taxonomy dimension's name stands in the text", "文本中出现了约束类别的名称")
}


def leaked_name(constraints: Iterable[Constraint], taxonomy: Taxonomy) -> Rejection | None:
    """A rejection that names the first constraint with a dimension's name in it."""
    for constraint in constraints:
        if leaked := taxonomy.leaked(constraint.text):
            return Rejection(reason="name_leaked", detail=f"{constraint.id} holds {', '.join(leaked)}")
    return None
