--- Draws suggestions.
local M = {}

local api = vim.api
local namespace = api.nvim_create_namespace("breadknife.ghost")
local notes = api.nvim_create_namespace("breadknife.notes")

--- Give the highlight groups their default colours; again after `:colorscheme`, which takes them away.
local function set_colours()
  api.nvim_set_hl(0, "BreadknifeGhost", { link = "Comment", default = true })
end

set_colours()
api.nvim_create_autocmd("ColorScheme", {
  group = api.nvim_create_augroup("breadknife.colours", {}),
  desc = "breadknife: keep the colours of suggestions",
  callback = set_colours,
})

---@param bufnr integer
function M.clear(bufnr)
  if api.nvim_buf_is_valid(bufnr) then
    api.nvim_buf_clear_namespace(bufnr, namespace, 0, -1)
  end
end

--- Draw pieces of text around the cursor, in place of what is drawn.
---
--- Neovim combines the colours of virtual text with those of the character it stands at, such as those of a bracket that
--- 'matchparen' marks. `hl_mode` keeps them as they are.
---@param bufnr integer the current buffer
---@param pieces breadknife.Piece[]
function M.draw(bufnr, pieces)
  local row, column = unpack(api.nvim_win_get_cursor(0))
  M.clear(bufnr)
  for _, piece in ipairs(pieces) do
    local lines = vim.tbl_map(function(line)
      return { { line, "BreadknifeGhost" } }
    end, vim.split(piece.text, "\n", { plain = true })) ---@type [string, string][][]
    api.nvim_buf_set_extmark(bufnr, namespace, row - 1, column + piece.offset, {
      virt_text = lines[1],
      virt_text_pos = "inline",
      virt_lines = #lines > 1 and vim.list_slice(lines, 2) or nil,
      hl_mode = "replace",
    })
  end
end

local noted ---@type integer? the buffer with words about suggestions; there is one cursor

--- Show a few words to somebody who has asked for suggestions, at the end of the cursor's line, in place of those that
--- are there.
---@param words? string nil: none any more
function M.note(words)
  if noted and api.nvim_buf_is_valid(noted) then
    api.nvim_buf_clear_namespace(noted, notes, 0, -1)
  end
  noted = words and api.nvim_get_current_buf()
  if noted then
    local row = api.nvim_win_get_cursor(0)[1] - 1
    api.nvim_buf_set_extmark(noted, notes, row, 0, { virt_text = { { words, "BreadknifeGhost" } } })
  end
end

return M
