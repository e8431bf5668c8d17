// From disk, a page may not read another for the lines around a find: the search then shows titles only.
DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = location.protocol !== "file:";

// On paper, what is folded is open, and dark is light.
const page = document.documentElement;
let folded = [];
let theme;
addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll("details:not([open])")];
  for (const part of folded) part.open = true;
  theme = page.dataset.theme;
  page.dataset.theme = "light";
});
addEventListener("afterprint", () => {
  for (const part of folded) part.open = false;
  page.dataset.theme = theme;
});
