--- `:Breadknife trust`: lets a folder's own settings and programs count.
local message = require("breadknife.message")
local process = require("breadknife.command.process")
local server = require("breadknife.server")

local M = {}

---@param revoke? "revoke"
function M.run(revoke)
  local client = server.client()
  local folder = client and client.root_dir or vim.fn.getcwd()
  local name = vim.fn.fnamemodify(folder, ":~")
  if not revoke then
    local question = ("Trust %s?\nIts settings will count, and its own checkers may be run."):format(name)
    if vim.fn.confirm(question, "&Trust\n&Cancel", 2) ~= 1 then
      return
    end
  end
  local line = server.command_line("trust", unpack(revoke and { "--revoke", folder } or { folder }))
  process.run(line, nil, function(result)
    local said = vim.trim(result.stderr ~= "" and result.stderr or result.stdout)
    if result.code == 0 then
      message.say(("breadknife: %s is %strusted."):format(name, revoke and "no longer " or ""))
    else
      message.say("breadknife: " .. said:gsub("^breadknife: ", ""), vim.log.levels.ERROR)
    end
  end)
end

return M
