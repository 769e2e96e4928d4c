--- What breadknife says on the command line. Neovim asks for <Enter> after a message that doesn't fit, and neither
--- opening a file nor a command of ours may do that.
local M = {}

local api = vim.api

local levels = { vim.log.levels.ERROR, vim.log.levels.WARN, vim.log.levels.INFO, vim.log.levels.INFO }
local highlights = {
  [vim.log.levels.ERROR] = "ErrorMsg",
  [vim.log.levels.WARN] = "WarningMsg",
  [vim.log.levels.INFO] = "None",
}

--- Whether the last message is about work that goes on.
local shows_work = false

--- How long a message stays before one about work may take its place, in milliseconds: time to read a line.
local READING = 4000

--- When the last message was shown, in milliseconds of `vim.uv.now`.
local shown_at = -READING

---@param text string
---@return boolean
local function fits(text)
  return vim.fn.strdisplaywidth(text) <= vim.v.echospace
end

--- A line, without its middle if it is too long.
---@param line string
---@param width integer in cells
---@return string
local function shortened(line, width)
  local length, kept = vim.fn.strcharlen(line), width - 1
  local short = line
  while kept > 0 and vim.fn.strdisplaywidth(short) > width do
    local head = math.ceil(kept / 2)
    short = vim.fn.strcharpart(line, 0, head) .. "…" .. vim.fn.strcharpart(line, length - (kept - head))
    kept = kept - 1
  end
  return short
end

---@param line string
---@param level integer
local function show(line, level)
  shows_work, shown_at = false, vim.uv.now()
  local has_no_room = vim.o.cmdheight == 0
  if has_no_room then -- then Neovim waits for <Enter> after any error, and cuts no message
    level = math.min(level, vim.log.levels.WARN)
  end
  if has_no_room or fits(line) then
    vim.notify(shortened(line, vim.v.echospace), level)
  else
    vim.cmd.echohl(highlights[level] or "None")
    vim.cmd.echomsg(vim.fn.string(line))
    vim.cmd.echohl("None")
  end
end

--- Say something in one line, when Neovim has started and is done with the command that is running: before that, the
--- line may not have the screen's last line for itself. A line that is too long is cut in its middle on the screen (see
--- 'shortmess', T); all of it is in `:messages`, unless 'cmdheight' is 0.
---@param text string
---@param level? integer of `vim.log.levels`; default: INFO
function M.say(text, level)
  local line = vim.trim(text):gsub("%s*\n%s*", " ")
  local later = vim.schedule_wrap(show)
  if vim.v.vim_did_enter == 1 then
    later(line, level or vim.log.levels.INFO)
  else
    vim.api.nvim_create_autocmd("VimEnter", {
      once = true,
      callback = function()
        later(line, level or vim.log.levels.INFO)
      end,
    })
  end
end

--- Say why something isn't there and what to do about it, as far as there is room.
---@param sentence string without its full stop
---@param remedy string likewise; may be empty
---@param level? integer
function M.explain(sentence, remedy, level)
  local all = ("breadknife: %s; %s."):format(sentence, remedy)
  if remedy == "" or not fits(all) then
    all = ("breadknife: %s. See `:Breadknife why`."):format(sentence)
  end
  M.say(fits(all) and all or ("breadknife: %s."):format(sentence), level)
end

--- Handles `window/showMessage`.
---@type lsp.Handler
function M.on_show(_, params)
  M.say(params.message, levels[params.type])
  if not fits(params.message) and api.nvim_get_mode().mode == "n" and vim.fn.getcmdwintype() == "" then
    require("breadknife.command.window").show("breadknife", vim.split(params.message, "\n"))
  end
  return vim.NIL
end

--- Handles `$/progress`: tells the status, and people who are neither typing nor reading a message.
---@type lsp.Handler
function M.on_progress(error, params, context)
  vim.lsp.handlers["$/progress"](error, params, context)
  local value = params.value
  require("breadknife.status").on_progress(params.token, value)
  local reads = vim.uv.now() - shown_at < READING
  if value.kind == "begin" and not reads and not vim.startswith(vim.api.nvim_get_mode().mode, "i") then
    local line = value.message and ("%s: %s"):format(value.title, value.message) or value.title
    vim.api.nvim_echo({ { fits(line) and line or value.title .. " is at work" } }, false, {})
    shows_work = true
  elseif value.kind == "end" and shows_work then
    vim.api.nvim_echo({ { "" } }, false, {})
    shows_work = false
  end
end

return M
