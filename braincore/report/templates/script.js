"use strict";
// The page is whole without this: it marks where the reader is, enlarges figures, and unfolds everything for print.
(() => {
  const links = new Map();
  for (const link of document.querySelectorAll(".contents a")) {
    const target = document.getElementById(link.hash.slice(1));
    if (target) links.set(target, link);
  }
  if ("IntersectionObserver" in window) {
    const seen = new Set();
    const observer = new IntersectionObserver((entries) => {
      for (const entry of entries) entry.isIntersecting ? seen.add(entry.target) : seen.delete(entry.target);
      const first = [...links.keys()].find((target) => seen.has(target));
      if (!first) return;
      for (const [target, link] of links) {
        target === first ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current");
      }
    });
    for (const target of links.keys()) observer.observe(target);
  }

  const dialog = document.createElement("dialog");
  if (dialog.showModal) {
    dialog.className = "zoom";
    const close = document.createElement("button");
    close.type = "button";
    close.textContent = "Close";
    close.addEventListener("click", () => dialog.close());
    dialog.append(close);
    document.body.append(dialog);
    let home = null;
    dialog.addEventListener("close", () => home && home.prepend(dialog.querySelector(".picture")));
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    for (const figure of document.querySelectorAll("figure.plot")) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "enlarge";
      button.textContent = "Enlarge";
      button.addEventListener("click", () => {
        home = figure;
        dialog.append(figure.querySelector(".picture"));
        dialog.showModal();
      });
      figure.append(button);
    }
  }

  const open = (hash) => {
    const target = hash && document.getElementById(decodeURIComponent(hash.slice(1)));
    for (let node = target; node; node = node.parentElement) if (node.tagName === "DETAILS") node.open = true;
  };
  addEventListener("hashchange", () => open(location.hash));
  open(location.hash);
  addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((node) => { node.open = true; }));
})();
