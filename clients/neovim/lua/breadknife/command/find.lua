--- `:Breadknife find`: where in the folder something is, in the quickfix list.
local message = require("breadknife.message")
local server = require("breadknife.server")

local M = {}

---@class breadknife.FoundPlace
---@field uri string
---@field line integer counted from 0
---@field name string
---@field kind string
---@field excerpt string
---@field reason string

---@param place breadknife.FoundPlace
---@return table an item of a quickfix list
local function item(place)
  local name = place.name ~= "" and ("%s %s"):format(place.kind, place.name) or place.kind
  return {
    filename = vim.uri_to_fname(place.uri),
    lnum = place.line + 1,
    col = 1,
    text = ("%s (%s)"):format(name, place.reason),
  }
end

---@param question string
local function find(question)
  local client = vim.lsp.get_clients({ name = "breadknife" })[1] or server.client_or_reason()
  if not client then
    return
  end
  local uri = vim.api.nvim_buf_get_name(0) ~= "" and vim.bo.buftype == "" and vim.uri_from_bufnr(0) or ""
  local params = { command = "breadknife.findPlaces", arguments = { question, true, uri } }
  client:request("workspace/executeCommand", params, function(err, found)
    if err or found.reason ~= "" then
      local level = err and vim.log.levels.ERROR or vim.log.levels.INFO
      return message.say("breadknife: " .. (err and err.message or found.reason), level)
    end
    vim.fn.setqflist({}, " ", { title = question, items = vim.tbl_map(item, found.places) })
    vim.cmd.copen()
    message.say(("breadknife: searched %s."):format(found.searched))
  end)
end

---@param question? string
function M.run(question)
  if question then
    return find(question)
  end
  vim.ui.input({ prompt = "Find: " }, function(given)
    if given and given:find("%S") then
      find(given)
    end
  end)
end

return M
