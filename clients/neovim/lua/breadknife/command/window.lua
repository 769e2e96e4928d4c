--- A window over the others that shows lines of text until `q` or <Esc> closes it.
local M = {}

local api = vim.api

---@class breadknife.Window
---@field bufnr integer
---@field win integer
---@field width integer of the text, in cells
---@field set fun(lines: string[], hint?: string) show other lines, and which keys there are now
---@field map fun(key: string, action: fun())
---@field is_open fun(): boolean
---@field close fun()

local WIDEST = 100

---@param lines string[]
---@param width integer
---@return integer rows that the lines take when they are folded
local function height_of(lines, width)
  local rows = 0
  for _, line in ipairs(lines) do
    rows = rows + math.max(1, math.ceil(vim.fn.strdisplaywidth(line) / width))
  end
  return rows
end

---@param lines string[]
---@param width integer
---@param hint? string which keys there are beside `q`
---@return table<string, any> of `nvim_open_win`
local function place_for(lines, width, hint)
  local height = math.max(1, math.min(height_of(lines, width), vim.o.lines - vim.o.cmdheight - 4))
  return {
    relative = "editor",
    width = width,
    height = height,
    row = math.max(0, math.floor((vim.o.lines - vim.o.cmdheight - height - 2) / 2)),
    col = math.max(0, math.floor((vim.o.columns - width - 2) / 2)),
    footer = (" %sq closes "):format(hint and hint .. ", " or ""),
  }
end

--- Open a window and go to it. It closes when another window is entered, too.
---@param title string
---@param lines string[]
---@param hint? string which keys there are beside `q`
---@return breadknife.Window
function M.open(title, lines, hint)
  local width = math.max(20, math.min(vim.o.columns - 4, WIDEST))
  local bufnr = api.nvim_create_buf(false, true)
  local win = api.nvim_open_win(
    bufnr,
    true,
    vim.tbl_extend("error", place_for(lines, width, hint), {
      style = "minimal",
      border = "rounded",
      title = (" %s "):format(title),
      footer_pos = "right",
    })
  )
  vim.bo[bufnr].bufhidden = "wipe"
  vim.bo[bufnr].filetype = "breadknife"
  vim.wo[win].wrap, vim.wo[win].linebreak, vim.wo[win].breakindent = true, true, true
  vim.wo[win].breakindentopt = "shift:4"

  local window = { bufnr = bufnr, win = win, width = width }
  local shown = lines
  function window.is_open()
    return api.nvim_win_is_valid(win) and api.nvim_win_get_buf(win) == bufnr
  end
  function window.close()
    if window.is_open() then
      api.nvim_win_close(win, true)
    end
  end
  function window.set(new, new_hint)
    shown, hint = new, new_hint
    if window.is_open() then
      vim.bo[bufnr].modifiable = true
      api.nvim_buf_set_lines(bufnr, 0, -1, false, new)
      vim.bo[bufnr].modifiable = false
      api.nvim_win_set_config(win, place_for(new, width, hint))
    end
  end
  function window.map(key, action)
    vim.keymap.set("n", key, action, { buffer = bufnr, nowait = true })
  end
  window.set(lines, hint)
  window.map("q", window.close)
  window.map("<Esc>", window.close)
  api.nvim_create_autocmd("WinLeave", { buffer = bufnr, once = true, callback = vim.schedule_wrap(window.close) })
  local resized = api.nvim_create_autocmd("VimResized", {
    callback = function()
      width = math.max(20, math.min(vim.o.columns - 4, WIDEST))
      window.width = width
      window.set(shown, hint)
    end,
  })
  api.nvim_create_autocmd("BufWipeout", {
    buffer = bufnr,
    once = true,
    callback = function()
      api.nvim_del_autocmd(resized)
    end,
  })
  return window
end

--- Show a text that nobody has opened a page for: at the cursor until that moves, or in a window to scroll in, if it is
--- longer than the screen.
---@param title string
---@param lines string[]
function M.show(title, lines)
  local width = math.max(20, math.min(vim.o.columns - 4, WIDEST))
  if height_of(lines, width) > vim.o.lines - vim.o.cmdheight - 4 then
    M.open(title, lines)
  else
    local options = { border = "rounded", title = (" %s "):format(title), max_width = width }
    local _, win = vim.lsp.util.open_floating_preview(lines, "", options)
    vim.wo[win].linebreak = true -- which may take more lines than the preview has counted
    api.nvim_win_set_height(win, api.nvim_win_text_height(win, {}).all)
  end
end

return M
