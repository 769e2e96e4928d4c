--- `:Breadknife`, one function for each of its words.
local message = require("breadknife.message")
local server = require("breadknife.server")

local M = {}

---@class breadknife.Word
---@field run fun(argument?: string, text?: string, lines?: { [1]: integer, [2]: integer })
---@field arguments? string[] what may follow
---@field is_open? boolean whether any words may follow, which are one argument
---@field takes? table<string, string> of those that take a text of the user's: its kind, as `getcompletion` knows it; ""
---  where there is nothing to complete

---@type table<string, breadknife.Word>
local words = {
  setup = {
    run = function()
      require("breadknife.command.setup").run()
    end,
  },
  status = {
    run = function()
      require("breadknife.command.pages").status()
    end,
  },
  why = {
    run = function(_, _, lines)
      require("breadknife.command.pages").why(lines)
    end,
  },
  models = {
    run = function()
      require("breadknife.command.models").run()
    end,
  },
  find = {
    run = function(question)
      require("breadknife.command.find").run(question)
    end,
    is_open = true,
  },
  shelf = {
    run = function(...)
      require("breadknife.command.shelf").run(...)
    end,
    arguments = { "add" },
    takes = { add = "dir" },
  },
  recipe = {
    run = function(...)
      require("breadknife.command.recipe").run(...)
    end,
    arguments = { "check", "new" },
    takes = { new = "" },
  },
  null = {
    run = function(argument)
      require("breadknife.command.null").run(argument)
    end,
    arguments = { "check", "noise" },
  },
  trust = {
    run = function(argument)
      require("breadknife.command.trust").run(argument)
    end,
    arguments = { "revoke" },
  },
  toggle = {
    run = function(plugin)
      plugin = plugin or "completion"
      if server.client_or_reason() then
        message.say(("breadknife: %s is %s."):format(plugin, server.toggle(plugin) and "on" or "off"))
      end
    end,
    arguments = { "completion", "nullcheck", "prose" },
  },
  restart = { run = server.restart },
  log = {
    run = function()
      vim.cmd.tabedit(vim.fn.fnameescape(vim.lsp.log.get_filename()))
      vim.cmd.normal({ "G", bang = true })
    end,
  },
}

---@param candidates string[]
---@param lead string
---@return string[]
local function beginning_with(candidates, lead)
  local found = vim.tbl_filter(function(candidate)
    return vim.startswith(candidate, lead)
  end, candidates)
  table.sort(found)
  return found
end

---@param typed string[] the command's words; none means `status`
---@param lines? { [1]: integer, [2]: integer } the first and last line of the command's range
function M.run(typed, lines)
  local name = typed[1] or "status"
  local word, argument = words[name], typed[2]
  if not word then
    return message.say(("breadknife: no `:Breadknife %s`; see `:help :Breadknife`."):format(name), vim.log.levels.ERROR)
  end
  if word.is_open then
    return word.run(argument and table.concat(typed, " ", 2))
  end
  local most = word.takes and word.takes[argument or ""] and 3 or 2
  if #typed > most or (argument and not vim.list_contains(word.arguments or {}, argument)) then
    local allowed = word.arguments and "only " .. table.concat(word.arguments, ", ") or "nothing"
    return message.say(("breadknife: after `%s` comes %s."):format(name, allowed), vim.log.levels.ERROR)
  end
  word.run(argument, typed[3], lines)
end

---@param lead string
---@param line string the command line so far
---@return string[]
function M.complete(lead, line)
  local name, rest = line:match("Breadknife%s+(%S+)%s+(.*)$")
  if not name then
    return beginning_with(vim.tbl_keys(words), lead)
  end
  local word, second = words[name] or {}, rest:match("^(%S+)%s+")
  if not second then
    return beginning_with(word.arguments or {}, lead)
  end
  local kind = not rest:match("^%S+%s+.*[^\\]%s") and (word.takes or {})[second] or ""
  return kind ~= "" and vim.tbl_map(vim.fn.fnameescape, vim.fn.getcompletion(lead, kind)) or {}
end

return M
