--- What `:Breadknife status` and `:Breadknife why` show.
local server = require("breadknife.server")
local status = require("breadknife.status")
local window = require("breadknife.command.window")

local M = {}

---@param client vim.lsp.Client
---@param command string
---@param arguments any[]
---@param show fun(result: any) called with nil where the server has failed
local function execute(client, command, arguments, show)
  client:request("workspace/executeCommand", { command = command, arguments = arguments }, function(err, result)
    if err then
      require("breadknife.message").say("breadknife: " .. err.message, vim.log.levels.ERROR)
    end
    show(not err and result or nil)
  end)
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
  execute(client, "breadknife.status", {}, function(report)
    local lines = here(bufnr, report)
    window.open("breadknife status", vim.list_extend(lines, vim.list_extend({ "" }, report and report.lines or {})))
  end)
end

--- What was asked for the current file, and what became of it.
function M.why()
  local bufnr = vim.api.nvim_get_current_buf()
  local client = server.client(bufnr)
  if not client then
    window.open("breadknife why", here(bufnr))
    return
  end
  execute(client, "breadknife.status", {}, function(report)
    local lines = here(bufnr, report)
    execute(client, "breadknife.why", { vim.uri_from_bufnr(bufnr) }, function(receipts)
      if receipts then
        lines[#lines + 1] = ""
        for _, receipt in ipairs(receipts) do
          vim.list_extend(lines, receipt.lines)
        end
        if #receipts == 0 then
          lines[#lines + 1] = "the server hasn't been asked about this file yet"
        end
      end
      window.open("breadknife why", lines)
    end)
  end)
end

return M
