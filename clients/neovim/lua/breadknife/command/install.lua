--- How the program `breadknife` gets onto this machine: a Python environment of this plugin's own.
local options = require("breadknife.options")
local server = require("breadknife.server")

local M = {}

local CHECK = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))"
local CANDIDATES = { "python3", "python3.14", "python3.13", "python3.12", "python3.11", "python" }

--- Look for a Python that can make the environment: 3.11 or newer, with the modules `venv` and `ensurepip`.
---@param done fun(path?: string) called with nil where there is none
function M.find_python(done)
  local candidates = vim.iter(CANDIDATES):map(server.find):filter(function(path)
    return path ~= ""
  end)
  local function try_next()
    local path = candidates:next()
    if not path then
      return done(nil)
    end
    vim.system({ path, "-I", "-c", CHECK }, { timeout = 10000 }, vim.schedule_wrap(function(result)
      if result.code == 0 then
        done(path)
      else
        try_next()
      end
    end))
  end
  try_next()
end

---@class breadknife.Step
---@field part string what it is called on the page
---@field line fun(): string[] the program to run
---@field reports? boolean whether it writes its parts' progress as JSON

--- Make the environment.
---@param python string
---@return breadknife.Step
function M.make_environment(python)
  return {
    part = "environment",
    line = function()
      return { python, "-I", "-m", "venv", "--clear", server.environment() }
    end,
  }
end

--- Install the newest breadknife into it.
---@return breadknife.Step
function M.install()
  return {
    part = "server",
    line = function()
      local pip = server.program(server.environment(), "python")
      local line = { pip, "-I", "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--upgrade" }
      if options.values.wheels then
        vim.list_extend(line, { "--find-links", vim.fs.normalize(options.values.wheels) })
      end
      return vim.list_extend(line, { "breadknife" })
    end,
  }
end

--- Have breadknife set up the rest.
---@return breadknife.Step
function M.set_up()
  return {
    part = "setup",
    line = function()
      return server.command_line("setup", "--yes", "--json")
    end,
    reports = true,
  }
end

--- Whether the program that is used is the one in the environment of this plugin.
---@return boolean
function M.is_ours()
  return server.command()[1] == server.program(server.environment(), "breadknife")
end

return M
