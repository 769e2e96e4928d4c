/** The files that the tests open. */

const cell = (kind, source) => ({ cell_type: kind, metadata: {}, source, ...(kind === "code" ? code : {}) });
const code = { execution_count: null, outputs: [] };

export const files = {
  "null.py": 'import re\n\nm = re.match("a", "abc")\nprint(m.group())\n',
  "null.ts":
    "export function at(text: string): number | undefined {\n  const m = text.match(/a/);\n  return m.index;\n}\n",
  "tsconfig.json": JSON.stringify({ compilerOptions: { strict: true, target: "es2022" } }),
  "prose.md": "This is an useful option.\n",
  "long.md": "The parser is basically a very useful tool. It should be noted that the [lexer](lexer.md) reads `a`.\n",
  "plain.md": "You need a key in order to use it.\n",
  "note.md": "?? When is a rye loaf done?\n",
  "bread/bread.md": "A wheat loaf is done when it is 96 degrees Celsius inside; a rye loaf needs 98.\n",
  "complete.py": "def add(first, second):\n    \n",
  "cells.ipynb": JSON.stringify({
    cells: [
      cell("code", ["import re\n", 'm = re.match("a", "abc")\n', "print(m.group())"]),
      cell("markdown", ["This is an useful option."]),
    ],
    metadata: { language_info: { name: "python" } },
    nbformat: 4,
    nbformat_minor: 5,
  }),
  // A workspace must not be able to name a program.
  ".vscode/settings.json": JSON.stringify({ "breadknife.command": ["/bin/false"] }),
};
