local M = {}

---@class breadknife.Keys
---Insert-mode keys that exist only while a suggestion is on screen, except for `suggest`; false for none.
---@field accept string|false
---@field accept_word string|false
---@field accept_line string|false
---@field dismiss string|false
---@field next string|false
---@field previous string|false
---@field suggest string|false

---@class breadknife.Options
---@field ghost boolean show completions as ghost text; off, they come through 'omnifunc' and completion plugins
---@field keys breadknife.Keys

---@class breadknife.Setup
---@field cmd? string[] how to start the server
---@field settings? table what breadknife's other settings files hold too: `{ prose = { enabled = false } }`
---@field ghost? boolean
---@field keys? table<string, string|false> see `breadknife.Keys`

---@type breadknife.Options
M.options = {
  ghost = true,
  keys = {
    accept = "<Tab>",
    accept_word = "<C-Right>",
    accept_line = "<C-l>",
    dismiss = "<C-e>",
    next = "<M-]>",
    previous = "<M-[>",
    suggest = "<M-Bslash>",
  },
}

--- Optional: everything has a default. Call it before the first file is opened.
---@param setup? breadknife.Setup
function M.setup(setup)
  setup = setup or {}
  vim.validate("setup", setup, "table")
  vim.validate("setup.cmd", setup.cmd, "table", true)
  vim.validate("setup.settings", setup.settings, "table", true)
  vim.validate("setup.ghost", setup.ghost, "boolean", true)
  vim.validate("setup.keys", setup.keys, "table", true)
  local known = { cmd = true, settings = true, ghost = true, keys = true }
  for name in pairs(setup) do
    assert(known[name], ("breadknife: no option is called `%s`; see `:help breadknife-setup`."):format(name))
  end
  for name in pairs(setup.keys or {}) do
    assert(
      M.options.keys[name] ~= nil,
      ("breadknife: no key is called `%s`; see `:help breadknife-keys`."):format(name)
    )
  end
  M.options = vim.tbl_deep_extend("force", M.options, { ghost = setup.ghost, keys = setup.keys })
  if setup.cmd or setup.settings then
    vim.lsp.config("breadknife", { cmd = setup.cmd, settings = { breadknife = setup.settings } })
  end
end

--- The server's command: the one on the path, or that of the checkout which this folder is in.
---@return string
function M.executable()
  if vim.fn.executable("breadknife") == 1 then
    return "breadknife"
  end
  local here = debug.getinfo(1, "S").source:sub(2)
  local checkout = vim.fs.normalize(vim.fn.fnamemodify(here, ":p:h:h:h:h:h"))
  local script = vim.fn.has("win32") == 1 and "/.venv/Scripts/breadknife.exe" or "/.venv/bin/breadknife"
  return vim.fn.executable(checkout .. script) == 1 and checkout .. script or "breadknife"
end

--- Whether nothing needs to be said, now or later, about a missing command; says it if so.
---@param filetype string of the file that was opened
---@return boolean
function M.is_explained(filetype)
  local config = vim.lsp.config.breadknife
  local command = type(config.cmd) == "table" and config.cmd[1]
  if not command or vim.fn.executable(command) == 1 then
    return true
  end
  if not vim.tbl_contains(config.filetypes, filetype) then
    return false
  end
  local sentence = "breadknife: the command `%s` was not found, so it stays off. See `:checkhealth breadknife`."
  vim.notify(sentence:format(command), vim.log.levels.WARN)
  return true
end

--- The client of a buffer, if breadknife is at work there.
---@param bufnr? integer default: the current buffer
---@return vim.lsp.Client?
function M.client(bufnr)
  return vim.lsp.get_clients({ name = "breadknife", bufnr = bufnr or 0 })[1]
end

--- Accept the suggestion on screen. Not for expression mappings: it changes the buffer at once.
---@param amount? "all"|"word"|"line" default: "all"
---@return boolean accepted false when there is none
function M.accept(amount)
  return require("breadknife.ghost").accept(amount or "all")
end

--- Take the suggestion off the screen.
---@return boolean dismissed false when there is none
function M.dismiss()
  return require("breadknife.ghost").dismiss()
end

--- Show the next suggestion for the same place, or the previous one.
---@param step? 1|-1 default: 1
---@return boolean shown false when there is none on screen
function M.cycle(step)
  return require("breadknife.ghost").cycle(step or 1)
end

--- Ask for suggestions at the cursor, in Insert mode: also where none come by themselves, and for several.
---@return boolean asked false when breadknife isn't at work in the buffer
function M.suggest()
  return require("breadknife.ghost").suggest()
end

--- Switch a plugin of the server on or off, for as long as the server runs.
---@param plugin? string default: "completion"
---@param bufnr? integer default: the current buffer
---@return boolean? enabled nil when breadknife isn't at work in the buffer
function M.toggle(plugin, bufnr)
  plugin = plugin or "completion"
  local client = M.client(bufnr)
  if not client then
    return nil
  end
  local enabled = vim.tbl_get(client.settings, "breadknife", plugin, "enabled") == false
  local change = { breadknife = { [plugin] = { enabled = enabled } } }
  client.settings = vim.tbl_deep_extend("force", client.settings, change)
  client:notify("workspace/didChangeConfiguration", { settings = client.settings })
  if plugin == "completion" then
    M.dismiss()
  else
    require("breadknife.diagnostics").pull(client)
  end
  return enabled
end

--- Stop the server and start it again for the buffers that are open.
function M.restart()
  vim.lsp.enable("breadknife", false)
  vim.wait(3000, function()
    return #vim.lsp.get_clients({ name = "breadknife" }) == 0
  end, 20)
  for _, client in ipairs(vim.lsp.get_clients({ name = "breadknife" })) do
    client:stop(true)
  end
  vim.lsp.enable("breadknife")
end

return M
