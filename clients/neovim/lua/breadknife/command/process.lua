--- Runs a program, and tells its lines as they come or its result at its end.
local message = require("breadknife.message")
local options = require("breadknife.options")

local M = {}

---@class breadknife.Process
---@field stop fun()

---@param on_line fun(line: string)
---@return fun(err: string?, chunk: string?)
local function by_line(on_line)
  local rest = ""
  return vim.schedule_wrap(function(_, chunk)
    rest = rest .. (chunk or "\n")
    local lines = vim.split(rest, "[\r\n]+")
    rest = table.remove(lines)
    for _, line in ipairs(lines) do
      if line:find("%S") then
        on_line(line)
      end
    end
  end)
end

--- Start a program.
---@param line string[] the program and its arguments
---@param listener { out: fun(line: string), err: fun(line: string), exit: fun(code: integer) } `exit` is called once,
---  after the last line; with code 127 where the program can't be started
---@return breadknife.Process
function M.start(line, listener)
  local exit = vim.schedule_wrap(listener.exit)
  local started, process = pcall(vim.system, line, {
    text = true,
    stdin = false,
    env = { PYTHONUNBUFFERED = "1", PYTHONIOENCODING = "utf-8", BREADKNIFE_WHEELS = options.values.wheels },
    stdout = by_line(listener.out),
    stderr = by_line(listener.err),
  }, function(result)
    exit(result.code ~= 0 and result.code or result.signal)
  end)
  if not started then
    listener.err(tostring(process))
    exit(127)
    return { stop = function() end }
  end
  return {
    stop = function()
      process:kill("sigterm")
    end,
  }
end

--- Run a program to its end, or to that of Neovim. If it can't be started, an error says why.
---@param line string[] the program and its arguments
---@param input string? its standard input
---@param done fun(result: vim.SystemCompleted)
function M.run(line, input, done)
  local started, process = pcall(vim.system, line, { text = true, stdin = input }, vim.schedule_wrap(done))
  if not started then
    return message.say("breadknife: " .. process, vim.log.levels.ERROR)
  end
  vim.api.nvim_create_autocmd("VimLeavePre", {
    once = true,
    callback = function()
      process:kill("sigterm")
    end,
  })
end

return M
