/** The files that the tests open. */

export const files = {
  "null.py": 'import re\n\nm = re.match("a", "abc")\nprint(m.group())\n',
  "prose.md": "This is an useful option.\n",
  "complete.py": "def add(first, second):\n    \n",
  // A workspace must not be able to name a program.
  ".vscode/settings.json": JSON.stringify({ "breadknife.command": ["/bin/false"] }),
};
