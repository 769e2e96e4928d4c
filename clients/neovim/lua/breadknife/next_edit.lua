--- `:Breadknife next` (experimental): jumps to the next place that should follow from what was changed, and shows there
--- what it should become. The key that accepts suggestions makes the change; anything else leaves the place as it is.
local M = {}

local api = vim.api
local namespace = api.nvim_create_namespace("breadknife.next_edit")
local group = api.nvim_create_augroup("breadknife.next_edit", {})

api.nvim_set_hl(0, "BreadknifeOld", { strikethrough = true, default = true })

---@class breadknife.NextEdit
---@field range lsp.Range
---@field newText string
---@field version integer

---@param bufnr integer
---@param key string|false
local function hide(bufnr, key)
  api.nvim_clear_autocmds({ group = group, buffer = bufnr })
  api.nvim_buf_clear_namespace(bufnr, namespace, 0, -1)
  if key then
    pcall(vim.keymap.del, "n", key, { buffer = bufnr })
  end
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
  api.nvim_buf_set_extmark(bufnr, namespace, first.line, start_column, {
    end_row = last.line,
    end_col = end_column,
    hl_group = "BreadknifeOld",
  })
  api.nvim_buf_set_extmark(bufnr, namespace, last.line, end_column, {
    virt_text = { { (edit.newText:gsub("\n", "⏎")), "BreadknifeGhost" } },
    virt_text_pos = "inline",
  })
  local key = require("breadknife").options.keys.accept
  if key then
    vim.keymap.set("n", key, function()
      hide(bufnr, key)
      vim.lsp.util.apply_text_edits({ { range = edit.range, newText = edit.newText } }, bufnr, encoding)
    end, { buffer = bufnr, nowait = true, desc = "breadknife: make the next edit" })
  end
  vim.schedule(function() -- the jump itself moves the cursor
    api.nvim_create_autocmd({ "CursorMoved", "InsertEnter", "TextChanged", "BufLeave" }, {
      group = group,
      buffer = bufnr,
      callback = function(event)
        local here = vim.deep_equal(api.nvim_win_get_cursor(0), { first.line + 1, start_column })
        if event.event ~= "CursorMoved" or not here then
          hide(bufnr, key)
        end
      end,
    })
  end)
end

--- Ask for the next place after the cursor, and go there.
function M.go()
  local client = require("breadknife").client()
  if not client then
    return vim.notify("breadknife isn't at work in this buffer. See `:checkhealth breadknife`.", vim.log.levels.WARN)
  end
  local bufnr = api.nvim_get_current_buf()
  hide(bufnr, false)
  local tick = api.nvim_buf_get_changedtick(bufnr)
  local position = vim.lsp.util.make_position_params(0, client.offset_encoding).position
  local params = { command = "breadknife.nextEdit", arguments = { vim.uri_from_bufnr(bufnr), position } }
  client:request("workspace/executeCommand", params, function(err, edit)
    if err then
      return vim.notify("breadknife: " .. err.message, vim.log.levels.ERROR)
    end
    if bufnr ~= api.nvim_get_current_buf() or tick ~= api.nvim_buf_get_changedtick(bufnr) then
      return
    end
    if not edit or edit == vim.NIL then
      return vim.notify("breadknife: nothing follows from what was changed. `:Breadknife why` says more.")
    end
    show(bufnr, edit, client.offset_encoding)
  end, bufnr)
end

return M
