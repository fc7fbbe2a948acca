"use strict";
// Elements are made from text, never from markup: whatever a record holds shows as it is.

/** An element with attributes (`on` holds listeners) and children: nodes, texts, arrays, or nothing. */
function h(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "on") for (const [event, run] of Object.entries(value)) element.addEventListener(event, run);
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  append(element, children);
  return element;
}

function append(element, children) {
  for (const child of children) {
    if (Array.isArray(child)) append(element, child);
    else if (child !== null && child !== undefined && child !== false)
      element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

function fill(element, ...children) {
  element.replaceChildren();
  append(element, children);
}

const byId = (id) => document.getElementById(id);
const words = (code) => String(code ?? "").replaceAll("_", " ");
const grouped = (value) => (value ?? 0).toLocaleString("en-US");
