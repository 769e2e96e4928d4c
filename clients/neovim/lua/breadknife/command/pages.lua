--- What `:Breadknife status` and `:Breadknife why` show. Each page is there at once, and says what it waits for.
local process = require("breadknife.command.process")
local server = require("breadknife.server")
local status = require("breadknife.status")
local window = require("breadknife.command.window")

local M = {}

---@param client vim.lsp.Client
---@param command string
---@param arguments any[]
---@param show fun(result: any, failure?: string) called with nil and a sentence where the server has failed
local function execute(client, command, arguments, show)
  local params = { command = command, arguments = arguments }
  local is_sent = client:request("workspace/executeCommand", params, function(err, result)
    show(not err and result or nil, err and ("The server can't say it: %s"):format(err.message))
  end)
  if not is_sent then
    show(nil, "The server has ended.")
  end
end

--- Lines, an empty one, and others.
---@param lines string[]
---@param more string[]
---@return string[]
local function joined(lines, more)
  return vim.list_extend(vim.list_extend({}, lines), #more > 0 and vim.list_extend({ "" }, more) or {})
end

--- Open a page for what one of breadknife's commands prints.
---@param title string
---@param arguments string[] of the program `breadknife`
---@param hint? string which keys there are beside `q`
---@return breadknife.Window? page nil where the program is missing
function M.printed(title, arguments, hint)
  if not server.is_installed() then
    require("breadknife.message").say("breadknife isn't installed; `:Breadknife setup` does that.", vim.log.levels.WARN)
    return nil
  end
  local page = window.open(title, { ("Waiting for `breadknife %s` …"):format(table.concat(arguments, " ")) }, hint)
  local lines = {} ---@type string[]
  local function keep(line)
    lines[#lines + 1] = line
  end
  process.start(server.command_line(unpack(arguments)), {
    out = keep,
    err = keep,
    exit = function(code)
      page.set(#lines > 0 and lines or { ("It said nothing, and ended with exit code %d."):format(code) }, hint)
    end,
  })
  return page
end

--- What suggestions lack, and what gets it; nil where the server has what it needs.
---@param report table<string, any> what the server says of itself
---@return string? sentence
---@return string? remedy
local function what_is_missing(report)
  if report.engine_installed == false then
    return "suggestions need the engine, which isn't installed", "`:Breadknife setup` installs it"
  end
  for _, model in ipairs(report.models or {}) do
    local is_elsewhere = model.name:find(":", 1, true) ~= nil
    local is_here = is_elsewhere or type(model.path) == "string"
    if not is_here and vim.list_contains(model.roles or {}, "completion") then
      return ("suggestions need the model %s, which isn't on this machine"):format(model.name),
        "`:Breadknife setup` fetches it"
    end
  end
end

--- What breadknife does in a buffer, as the first lines of a page.
---@param bufnr integer
---@param report? table<string, any> what the server says of itself
---@return string[]
local function here(bufnr, report)
  local name = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(bufnr), ":~:.")
  local lines = { (name ~= "" and name or "[No Name]") .. ":" }
  local sentence, remedy = server.why_off(bufnr)
  if sentence then
    return vim.list_extend(lines, { "    breadknife is off: " .. sentence, "    → " .. remedy })
  end
  local state, detail = require("breadknife.ghost").state(bufnr)
  if report and state ~= "off" then
    sentence, remedy = what_is_missing(report)
  end
  if sentence then
    return vim.list_extend(lines, { "    " .. sentence, "    → " .. remedy })
  end
  lines[2] = "    " .. (detail or status.get(bufnr).detail)
  return lines
end

--- What the server says of itself.
function M.status()
  local bufnr = vim.api.nvim_get_current_buf()
  local client = server.client(bufnr) or vim.lsp.get_clients({ name = "breadknife" })[1]
  if not client then
    window.open("breadknife status", here(bufnr))
    return
  end
  local page = window.open("breadknife status", joined(here(bufnr), { "Waiting for what the server says of itself …" }))
  execute(client, "breadknife.status", {}, function(report, failure)
    page.set(joined(here(bufnr, report), report and report.lines or { failure }))
  end)
end

--- The cursor, or the lines of the command's range, as the server counts.
---@param client vim.lsp.Client
---@param lines? { [1]: integer, [2]: integer } first and last line, from 1
---@return lsp.Range
local function place(client, lines)
  if not lines then
    return vim.lsp.util.make_range_params(0, client.offset_encoding).range
  end
  return { start = { line = lines[1] - 1, character = 0 }, ["end"] = { line = lines[2], character = 0 } }
end

--- Why nothing is shown at the cursor, or for lines; below it what was asked for the current file.
---@param selected? { [1]: integer, [2]: integer } first and last line, from 1
function M.why(selected)
  local bufnr = vim.api.nvim_get_current_buf()
  local client = server.client(bufnr)
  if not client then
    window.open("breadknife why", here(bufnr))
    return
  end
  local uri, at = vim.uri_from_bufnr(bufnr), place(client, selected)
  local name = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(bufnr), ":~:.")
  local title = ("%s:%d:"):format(name ~= "" and name or "[No Name]", at.start.line + 1)
  local page = window.open("breadknife why", { title, "    Waiting for what the server says of this place …" })
  execute(client, "breadknife.whyHere", { uri, at }, function(why, failure)
    local lines = { title }
    for _, line in ipairs(why and why.lines or { failure }) do
      lines[#lines + 1] = "    " .. line
    end
    if failure then
      return page.set(lines)
    end
    execute(client, "breadknife.why", { uri }, function(receipts, no_receipts)
      local said = {} ---@type string[]
      for _, receipt in ipairs(receipts or {}) do
        vim.list_extend(said, receipt.lines)
      end
      if #said == 0 then
        said[1] = no_receipts or "The server hasn't been asked about this file yet."
      end
      page.set(joined(lines, said))
    end)
  end)
end

return M
