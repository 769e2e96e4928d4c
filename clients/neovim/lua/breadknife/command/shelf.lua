--- `:Breadknife shelf`: what is on the shelf, and folders for it.
local message = require("breadknife.message")
local pages = require("breadknife.command.pages")
local server = require("breadknife.server")

local M = {}

local HINT = "a adds a folder"

--- Put a folder on the shelf; the server says what came of it.
---@param folder string
local function add(folder)
  folder = vim.fs.normalize(vim.fn.fnamemodify(vim.fn.expand(folder), ":p"))
  if vim.fn.isdirectory(folder) == 0 then
    return message.say(("breadknife: %s isn't a folder."):format(folder), vim.log.levels.ERROR)
  end
  local client = vim.lsp.get_clients({ name = "breadknife" })[1] or server.client_or_reason()
  if not client then
    return
  end
  message.say(("breadknife: reading %s for your shelf."):format(vim.fn.fnamemodify(folder, ":~")))
  local params = { command = "breadknife.shelf.addFolder", arguments = { folder } }
  client:request("workspace/executeCommand", params, function(err)
    if err then
      message.say("breadknife: " .. err.message, vim.log.levels.ERROR)
    end
  end)
end

--- Ask for a folder, and put it on the shelf.
function M.ask_for_folder()
  vim.ui.input({ prompt = "Folder for your shelf: ", completion = "dir" }, function(folder)
    if folder and folder ~= "" then
      add(folder)
    end
  end)
end

---@param what? "add"
---@param folder? string
function M.run(what, folder)
  if folder then
    return add(folder)
  elseif what == "add" then
    return M.ask_for_folder()
  end
  local page = pages.printed("breadknife shelf", { "shelf", "status" }, HINT)
  if page then
    page.map("a", function()
      page.close()
      M.ask_for_folder()
    end)
  end
end

return M
