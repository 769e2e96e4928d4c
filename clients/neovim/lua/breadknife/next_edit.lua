--- `:Breadknife next` (experimental): jumps to the next place that should follow from what was changed, and shows there
--- what it should become. The key that accepts suggestions makes the change; anything else leaves the place as it is.
local M = {}

local message = require("breadknife.message")

local api = vim.api
local namespace = api.nvim_create_namespace("breadknife.next_edit")
local group = api.nvim_create_augroup("breadknife.next_edit", {})

require("breadknife.ghost.drawing") -- has the highlight groups

---@class breadknife.NextEdit
---@field range lsp.Range
---@field newText string
---@field version integer

---@class breadknife.ShownEdit
---@field bufnr integer
---@field key string|false mapped while it shows
---@field own table|false the buffer's own mapping of the key, if it had one

local shown ---@type breadknife.ShownEdit?

local function hide()
  local was = shown
  shown = nil
  api.nvim_clear_autocmds({ group = group })
  if not was or not api.nvim_buf_is_valid(was.bufnr) then
    return
  end
  api.nvim_buf_clear_namespace(was.bufnr, namespace, 0, -1)
  if was.key then
    api.nvim_buf_call(was.bufnr, function()
      pcall(vim.keymap.del, "n", was.key, { buffer = was.bufnr }) -- another plugin may have taken it away
      if was.own then
        vim.fn.mapset(was.own)
      end
    end)
  end
end

---@param key string
---@return table|false
local function own_mapping(key)
  local own = vim.fn.maparg(key, "n", false, true)
  return own.buffer == 1 and own or false
end

---@param bufnr integer
---@param edit breadknife.NextEdit
---@param encoding "utf-8"|"utf-16"|"utf-32"
local function show(bufnr, edit, encoding)
  local function column(position)
    local line = api.nvim_buf_get_lines(bufnr, position.line, position.line + 1, false)[1] or ""
    return vim.str_byteindex(line, encoding, position.character, false)
  end
  local first, last = edit.range.start, edit.range["end"]
  local start_column, end_column = column(first), column(last)
  vim.cmd.normal({ "m'", bang = true })
  api.nvim_win_set_cursor(0, { first.line + 1, start_column })
  local place = api.nvim_win_get_cursor(0) -- Normal mode keeps it off a line's end
  api.nvim_buf_set_extmark(bufnr, namespace, first.line, start_column, {
    end_row = last.line,
    end_col = end_column,
    hl_group = "BreadknifeOld",
  })
  api.nvim_buf_set_extmark(bufnr, namespace, last.line, end_column, {
    virt_text = { { (edit.newText:gsub("\n", "⏎")), "BreadknifeGhost" } },
    virt_text_pos = "inline",
    hl_mode = "replace",
  })
  local key = require("breadknife.options").values.keys.accept
  local tick = api.nvim_buf_get_changedtick(bufnr)
  shown = { bufnr = bufnr, key = key, own = key and own_mapping(key) }
  if key then
    vim.keymap.set("n", key, function()
      hide()
      if tick == api.nvim_buf_get_changedtick(bufnr) then
        vim.lsp.util.apply_text_edits({ { range = edit.range, newText = edit.newText } }, bufnr, encoding)
      end
    end, { buffer = bufnr, nowait = true, desc = "breadknife: make the next edit" })
  end
  local function still_there() -- the jump's own CursorMoved, and an earlier change's TextChanged, are yet to come
    return tick == api.nvim_buf_get_changedtick(bufnr) and vim.deep_equal(api.nvim_win_get_cursor(0), place)
  end
  api.nvim_create_autocmd({ "CursorMoved", "InsertEnter", "TextChanged", "BufLeave" }, {
    group = group,
    buffer = bufnr,
    callback = function(event)
      if event.event == "InsertEnter" or event.event == "BufLeave" or not still_there() then
        hide()
      end
    end,
  })
end

--- Say why the server has no next edit: what its receipt says.
---@param client vim.lsp.Client
---@param bufnr integer
local function say_why(client, bufnr)
  local params = { command = "breadknife.why", arguments = { vim.uri_from_bufnr(bufnr) } }
  client:request("workspace/executeCommand", params, function(_, receipts)
    for _, receipt in ipairs(receipts or {}) do
      if receipt.request == "next edit" and receipt.sentence ~= "" then
        return message.explain(receipt.sentence, receipt.remedy)
      end
    end
    message.explain("there is no next edit", "")
  end, bufnr)
end

--- Ask for the next place after the cursor, and go there.
function M.go()
  local client = require("breadknife.server").client_or_reason()
  if not client then
    return
  end
  local bufnr = api.nvim_get_current_buf()
  hide()
  local tick = api.nvim_buf_get_changedtick(bufnr)
  local position = vim.lsp.util.make_position_params(0, client.offset_encoding).position
  local params = { command = "breadknife.nextEdit", arguments = { vim.uri_from_bufnr(bufnr), position } }
  client:request("workspace/executeCommand", params, function(err, edit)
    if bufnr ~= api.nvim_get_current_buf() or tick ~= api.nvim_buf_get_changedtick(bufnr) then
      return -- the text has moved on: the answer is for another
    end
    if err then
      return message.say("breadknife: " .. err.message, vim.log.levels.ERROR)
    end
    if not edit or edit == vim.NIL then
      return say_why(client, bufnr)
    end
    show(bufnr, edit, client.offset_encoding)
  end, bufnr)
end

return M
