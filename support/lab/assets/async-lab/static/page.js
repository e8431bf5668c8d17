// A button on each code cell that copies its code; where the page may not, the code is selected for the reader to copy.
for (const editor of document.querySelectorAll(".jp-InputArea-editor")) {
  const code = editor.querySelector("pre");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "lab-copy";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(code.textContent.trimEnd() + "\n");
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(code);
      button.textContent = "Selected";
    }
    setTimeout(() => (button.textContent = "Copy"), 2000);
  });
  editor.append(button);
}

// What is wider than the page scrolls, by the keyboard too.
const reach = () => {
  for (const box of document.querySelectorAll("pre, table, .jp-OutputArea-output, .jp-RenderedHTMLCommon")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
};
reach();
addEventListener("resize", reach);
