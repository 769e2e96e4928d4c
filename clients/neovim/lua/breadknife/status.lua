--- What breadknife is doing, for statuslines, and the `User` events that tell of it.
local M = {}

local api = vim.api

---@alias breadknife.State
---| "off" breadknife doesn't serve this buffer, or suggestions are switched off here
---| "missing" the program isn't installed
---| "starting" the server is starting
---| "stopped" the server has ended
---| "working" the server is doing what takes a while: loading a model, checking a fix
---| "asking" a suggestion has been asked for
---| "shown" a suggestion is on the screen
---| "manual" suggestions come only when asked for
---| "ready" suggestions come by themselves

---@class breadknife.Status
---@field state breadknife.State
---@field text string a few words, for a statusline; empty where breadknife is off
---@field detail string more of it, without a full stop

---@type table<string|integer, { message: string, percentage?: integer }> the server's work in progress, by token
local work = {}

---@param token string|integer
---@param value { kind: string, title?: string, message?: string, percentage?: integer }
function M.on_progress(token, value)
  if value.kind == "end" then
    work[token] = nil
  else
    local known = work[token] or {}
    work[token] = {
      message = value.message or known.message or value.title or "working",
      percentage = value.percentage or known.percentage,
    }
  end
  M.changed()
end

--- All work of a server that has ended is over. Neovim forgets its client a moment later.
function M.on_exit()
  work = {}
  vim.defer_fn(M.changed, 50)
end

local sentences = {
  asking = "a suggestion has been asked for",
  shown = "a suggestion is on the screen",
  manual = "suggestions come when you ask for them",
  ready = "suggestions come while you type",
}
local texts = { asking = "breadknife …", shown = "breadknife", ready = "breadknife", manual = "breadknife (manual)" }

---@param bufnr integer
---@return breadknife.Status
local function compute(bufnr)
  local server = require("breadknife.server")
  local why, remedy, off = server.why_off(bufnr)
  if off then
    local text = off == "off" and "" or "breadknife: " .. (off == "missing" and "not installed" or off)
    return { state = off, text = text, detail = ("%s; %s"):format(why, remedy) }
  end
  local _, running = next(work)
  if running then
    local percentage = running.percentage and (" %d %%"):format(running.percentage) or ""
    local text = "breadknife: " .. running.message .. percentage
    return { state = "working", text = text, detail = running.message .. percentage }
  end
  local state, detail = require("breadknife.ghost").state(bufnr)
  return { state = state, text = texts[state] or "", detail = detail or sentences[state] }
end

--- What breadknife is doing in a buffer. Cheap enough for a statusline.
---@param bufnr? integer default: the current buffer
---@return breadknife.Status
function M.get(bufnr)
  return compute((bufnr and bufnr ~= 0) and bufnr or api.nvim_get_current_buf())
end

---@param name "Shown"|"Hidden"|"Accepted"|"Status"
---@param data table<string, any>
function M.emit(name, data)
  api.nvim_exec_autocmds("User", { pattern = "Breadknife" .. name, modeline = false, data = data })
end

local last = "" ---@type string

--- Something may have changed: emits `BreadknifeStatus` if the current buffer's status has.
function M.changed()
  local bufnr = api.nvim_get_current_buf()
  local status = compute(bufnr)
  local key = table.concat({ bufnr, status.state, status.text }, "\n")
  if key ~= last then
    last = key
    M.emit("Status", vim.tbl_extend("error", { bufnr = bufnr }, status))
  end
end

return M
