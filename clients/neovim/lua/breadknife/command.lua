--- `:Breadknife`, one function for each of its words.
local M = {}

---@param lines string[]
local function show(lines)
  vim.lsp.util.open_floating_preview(lines, "text", { border = "rounded", focus_id = "breadknife" })
end

---@param command string
---@param arguments any[]
---@param show_result fun(result: any)
local function execute(command, arguments, show_result)
  local client = require("breadknife").client()
  if not client then
    return vim.notify("breadknife isn't at work in this buffer. See `:checkhealth breadknife`.", vim.log.levels.WARN)
  end
  client:request("workspace/executeCommand", { command = command, arguments = arguments }, function(err, result)
    if err then
      vim.notify("breadknife: " .. err.message, vim.log.levels.ERROR)
    else
      show_result(result)
    end
  end)
end

---@param entries { lines: string[] }[] each with its lines for people
---@return string[]
local function lines_of(entries)
  return vim
    .iter(entries)
    :map(function(entry)
      return entry.lines
    end)
    :flatten()
    :totable()
end

---@type table<string, fun(...: string)>
local commands = {
  status = function()
    execute("breadknife.status", {}, function(status)
      show(status.lines)
    end)
  end,
  why = function()
    execute("breadknife.why", { vim.uri_from_bufnr(0) }, function(entries)
      local lines = lines_of(entries)
      show(#lines > 0 and lines or { "Nothing has been asked for this file yet." })
    end)
  end,
  toggle = function(plugin)
    plugin = plugin or "completion"
    local enabled = require("breadknife").toggle(plugin)
    if enabled == nil then
      return vim.notify("breadknife isn't at work in this buffer.", vim.log.levels.WARN)
    end
    vim.notify(("breadknife: %s is %s"):format(plugin, enabled and "on" or "off"))
  end,
  next = function()
    require("breadknife.next_edit").go()
  end,
  restart = function()
    require("breadknife").restart()
  end,
  log = function()
    vim.cmd.tabedit(vim.fn.fnameescape(vim.lsp.log.get_filename()))
    vim.cmd.normal({ "G", bang = true })
  end,
}

local arguments = { toggle = { "completion", "nullcheck", "prose" } }

---@param words string[]
function M.run(words)
  local command = commands[words[1]]
  if not command then
    local names = vim.tbl_keys(commands)
    table.sort(names)
    local sentence = "breadknife: there is no `:Breadknife %s`, only %s."
    return vim.notify(sentence:format(words[1], table.concat(names, ", ")), vim.log.levels.ERROR)
  end
  command(unpack(words, 2))
end

---@param lead string
---@param line string the command line so far
---@return string[]
function M.complete(lead, line)
  local word, rest = line:match("Breadknife!?%s+(%S+)%s+(.*)$")
  local candidates = vim.tbl_keys(commands)
  if word then
    candidates = not rest:find("%s") and arguments[word] or {}
  end
  candidates = vim.tbl_filter(function(candidate)
    return vim.startswith(candidate, lead)
  end, candidates)
  table.sort(candidates)
  return candidates
end

return M
