--- What the server answers, as suggestions for a place; and what of a suggestion is missing at the cursor.
local suggestions = require("breadknife.ghost.suggestion")

local M = {}

local api = vim.api

---@class breadknife.Place what an answer was asked for
---@field bufnr integer
---@field tick integer
---@field row integer 0-based
---@field column integer in bytes

---@param bufnr integer the current buffer
---@return breadknife.Place
function M.place(bufnr)
  local row, column = unpack(api.nvim_win_get_cursor(0))
  return { bufnr = bufnr, tick = api.nvim_buf_get_changedtick(bufnr), row = row - 1, column = column }
end

--- Whether the cursor is still there, in Insert mode, and nothing has changed.
---@param place breadknife.Place
---@return boolean
function M.is_here(place)
  return api.nvim_get_mode().mode:sub(1, 1) == "i" and vim.deep_equal(place, M.place(api.nvim_get_current_buf()))
end

---@param item lsp.InlineCompletionItem
---@param place breadknife.Place
---@param client vim.lsp.Client
---@return breadknife.Suggestion?
local function from_item(item, place, client)
  local encoding = client.offset_encoding
  if type(item.insertText) ~= "string" then
    return nil -- a snippet: can't be shown as the text that it will be
  end
  local line = api.nvim_buf_get_lines(place.bufnr, place.row, place.row + 1, true)[1]
  local first, last = place.column, place.column
  if item.range then
    if item.range.start.line ~= place.row or item.range["end"].line ~= place.row then
      return nil -- the protocol wants it on the cursor's line
    end
    first = vim.str_byteindex(line, encoding, item.range.start.character, false)
    last = vim.str_byteindex(line, encoding, item.range["end"].character, false)
  end
  local suggestion = suggestions.new(line, first, last, place.row, item.insertText)
  if item.command then
    suggestion.taken = function()
      client:exec_cmd(item.command, { bufnr = place.bufnr })
    end
  end
  return suggestion
end

---@param result lsp.InlineCompletionList|lsp.InlineCompletionItem[]
---@param place breadknife.Place
---@param client vim.lsp.Client
---@return breadknife.Suggestion[]
function M.suggestions(result, place, client)
  local found = {} ---@type breadknife.Suggestion[]
  for _, item in ipairs(result.items or result) do
    found[#found + 1] = from_item(item, place, client)
  end
  return found
end

--- What of a suggestion is missing at the cursor, as pieces to show around the text that it covers; nil where it doesn't
--- fit any more or can't be shown.
---@param suggestion breadknife.Suggestion
---@return breadknife.Piece[]? pieces
---@return string missing
---@return string covered
function M.rest(suggestion)
  local row, column = unpack(api.nvim_win_get_cursor(0))
  if row - 1 < suggestion.row then
    return nil, "", ""
  end
  local before = api.nvim_buf_get_text(0, suggestion.row, 0, row - 1, column, {})
  local behind = api.nvim_get_current_line():sub(column + 1)
  local missing, covered = suggestions.missing(suggestion, table.concat(before, "\n"), behind)
  if not missing or not covered then
    return nil, "", ""
  end
  return suggestions.pieces(missing, covered, suggestion.rest), missing, covered
end

return M
