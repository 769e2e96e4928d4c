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

--- What breadknife does in a buffer, as the first lines of a page.
---@param bufnr integer
---@return string[]
local function here(bufnr)
  local name = vim.fn.fnamemodify(vim.api.nvim_buf_get_name(bufnr), ":~:.")
  local lines = { (name ~= "" and name or "[No Name]") .. ":" }
  local sentence, remedy = server.why_off(bufnr)
  if sentence then
    return vim.list_extend(lines, { "    breadknife is off: " .. sentence, "    → " .. remedy })
  end
  local _, detail = require("breadknife.ghost").state(bufnr)
  lines[2] = "    " .. (detail or status.get(bufnr).detail)
  return lines
end

--- What the server says of itself.
function M.status()
  local bufnr = vim.api.nvim_get_current_buf()
  local lines = here(bufnr)
  local client = server.client(bufnr) or vim.lsp.get_clients({ name = "breadknife" })[1]
  if not client then
    window.open("breadknife status", lines)
    return
  end
  execute(client, "breadknife.status", {}, function(report)
    window.open("breadknife status", vim.list_extend(lines, vim.list_extend({ "" }, report and report.lines or {})))
  end)
end

--- What was asked for the current file, and what became of it.
function M.why()
  local bufnr = vim.api.nvim_get_current_buf()
  local lines, client = here(bufnr), server.client(bufnr)
  if not client then
    window.open("breadknife why", lines)
    return
  end
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
end

return M
