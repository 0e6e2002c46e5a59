"use strict";
{
  const errors = [];
  const began = performance.now();
  addEventListener("error", event => errors.push(String(event.message || event.target)), true);
  addEventListener("unhandledrejection", event => errors.push(String(event.reason)));
  addEventListener("securitypolicyviolation", event => errors.push("forbidden: " + event.violatedDirective));
  for (const kind of ["error", "warn"]) {
    const say = console[kind];
    console[kind] = (...words) => { errors.push(words.join(" ")); say.apply(console, words); };
  }

  // WCAG 2.2, "relative luminance" and "contrast ratio".
  const channel = value => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const contrast = (one, other) => {
    const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };
  const color = text => (text.match(/[\d.]+/g) || []).map(Number);
  const paper = element => {
    for (let at = element; at; at = at.parentElement) {
      const found = color(getComputedStyle(at).backgroundColor);
      if (found.length === 3 || found[3] === 1) return found.slice(0, 3);
    }
    return [255, 255, 255];
  };
  const faint = () => {
    const found = new Set(), walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement, text = walker.currentNode.textContent.trim();
      if (!text || !element || ["SCRIPT", "STYLE", "NOSCRIPT", "title"].includes(element.tagName)) continue;
      const style = getComputedStyle(element);
      if (!element.getClientRects().length || style.visibility === "hidden") continue;
      const ink = color(element.closest("svg") ? style.fill : style.color).slice(0, 3);
      const size = parseFloat(style.fontSize), isBold = Number(style.fontWeight) >= 700;
      const least = size >= 24 || (isBold && size >= 18.66) ? 3 : 4.5;
      const ratio = contrast(ink, paper(element));
      if (ratio < least) found.add(ratio.toFixed(2) + " " + text.slice(0, 40));
    }
    // Shapes that carry meaning: 3 to 1 (success criterion 1.4.11).
    for (const shape of document.querySelectorAll("svg .bar, svg .fill, svg .dot, svg .ring, svg .stroke, .legend i")) {
      const style = getComputedStyle(shape);
      const paint = shape.closest("svg") ? (style.fill !== "none" ? style.fill : style.stroke) : style.backgroundColor;
      const alpha = Number(style.opacity), back = paper(shape.closest("svg") ? shape.closest("svg").parentElement : shape.parentElement);
      const mixed = color(paint).slice(0, 3).map((value, at) => value * alpha + back[at] * (1 - alpha));
      const ratio = contrast(mixed, back);
      if (ratio < 3) found.add(ratio.toFixed(2) + " " + shape.getAttribute("class"));
    }
    return [...found];
  };
  const nameless = () => [...document.querySelectorAll("button, input, a, svg")]
    .filter(one => !(one.textContent.trim() || one.getAttribute("aria-label")))
    .map(one => one.outerHTML.slice(0, 80));
  const tables = () => [...document.querySelectorAll("table")];
  const isShown = row => getComputedStyle(row).display !== "none";
  const cells = table => [...table.tBodies[0].rows].filter(isShown).slice(0, 5).map(row => row.cells[1].textContent);
  const count = table => [...table.tBodies[0].rows].filter(isShown).length;

  // Before the frame around the page counts as loaded, so that the answer is in what Chromium prints.
  addEventListener("load", () => {
    document.body.getBoundingClientRect();
    const milliseconds = performance.now() - began;
    const answer = { errors, milliseconds, width: innerWidth, begun: tables().map(cells), few: tables().map(count) };
    answer.faint = faint();
    answer.nameless = nameless();
    const press = () => tables().forEach(table => table.tHead.rows[0].cells[1].querySelector("button").click());
    press();
    answer.sorted = tables().map(cells);
    press();
    answer.reversed = tables().map(cells);
    const type = text => document.querySelectorAll("input").forEach(input => {
      input.value = text;
      input.dispatchEvent(new Event("input"));
    });
    type("2");
    answer.searched = tables().map(cells);
    type("");
    document.querySelectorAll(".all").forEach(button => button.click());
    answer.all = tables().map(count);
    answer.contentWidth = document.documentElement.scrollWidth;
    parent.document.querySelector("pre").textContent = JSON.stringify({ findings: answer });
  });
}
