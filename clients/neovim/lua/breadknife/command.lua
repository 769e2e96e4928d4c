--- `:Breadknife`, one function for each of its words.
local M = {}

---@param lines string[]
---@param filetype string
local function show(lines, filetype)
  vim.lsp.util.open_floating_preview(lines, filetype, { border = "rounded", focus_id = "breadknife" })
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

---@class breadknife.Reason an entry of `breadknife.why`
---@field request string
---@field line? integer
---@field plugin string
---@field outcome string
---@field reason string
---@field sentence string
---@field remedy string
---@field model string
---@field milliseconds number

---@param value any
---@return string
local function text(value)
  return (value == nil or value == vim.NIL) and "" or tostring(value)
end

---@param entry breadknife.Reason
---@return string[]
local function explain(entry)
  local by = text(entry.model) ~= "" and " by " .. entry.model or ""
  local by_whom = text(entry.plugin) ~= "" and entry.plugin or "nobody"
  local outcome = text(entry.outcome) .. (text(entry.reason) ~= "" and " (" .. entry.reason .. ")" or "")
  local lines = {
    ("- **%s** %s%s: %s%s, %.0f ms"):format(
      by_whom,
      entry.request,
      (entry.line or 0) > 0 and " at line " .. entry.line or "",
      outcome,
      by,
      tonumber(entry.milliseconds) or 0
    ),
  }
  for _, sentence in ipairs({ text(entry.sentence), text(entry.remedy) }) do
    if sentence ~= "" then
      lines[#lines + 1] = "  " .. sentence:gsub("%s*\n%s*", " ")
    end
  end
  return lines
end

---@type table<string, fun(...: string)>
local commands = {
  status = function()
    execute("breadknife.status", {}, function(status)
      show(require("breadknife.status").lines(status), "text")
    end)
  end,
  why = function()
    execute("breadknife.why", { vim.uri_from_bufnr(0) }, function(entries)
      local lines = vim.iter(entries or {}):map(explain):flatten():totable()
      show(#lines > 0 and lines or { "Nothing has been asked for this file yet." }, "markdown")
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
