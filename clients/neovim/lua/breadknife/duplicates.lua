--- One finding a place: ours gives way where the language's own checker has found the same null, in whichever order they
--- come, and is back when that one goes. Its fixes stay, since the server knows what other checkers say.
local M = {}

local api = vim.api

local PYRIGHT = {
  "reportOptionalMemberAccess", "reportOptionalSubscript", "reportOptionalIterable", "reportOptionalCall",
  "reportOptionalContextManager", "reportOptionalOperand", "reportOptionalContains", "reportOperatorIssue",
  "reportGeneralTypeIssues", "reportAttributeAccessIssue", "reportArgumentType", "reportReturnType",
  "reportAssignmentType",
} -- stylua: ignore
local TYPESCRIPT = {
  "2531", "2532", "2533", "18047", "18048", "18049", "2721", "2722", "2723", "2538", "2488", "2461", "2548", "2345",
  "2769", "2322", "2339",
} -- stylua: ignore

--- The codes by which checkers tell of a null, by their name in lower case: those of the server's tables
--- (`nullcheck/knowledge/checkers`), of checkers that have a language server.
---@type table<string, string[]>
-- stylua: ignore
M.CODES = {
  pyright = PYRIGHT,
  basedpyright = PYRIGHT,
  mypy = {
    "union-attr", "attr-defined", "misc", "index", "operator", "arg-type", "return-value", "assignment",
  },
  ty = {
    "invalid-argument-type", "invalid-explicit-return", "invalid-return-type", "invalid-assignment",
    "invalid-parameter-default", "missing-union-attribute", "possibly-missing-attribute", "missing-attribute",
    "unresolved-attribute", "not-subscriptable", "non-subscriptable", "not-iterable", "invalid-context-manager",
    "not-callable", "call-non-callable", "unsupported-operator",
  },
  pyrefly = {
    "bad-argument-type", "bad-return", "bad-assignment", "bad-function-definition", "missing-attribute",
    "not-iterable", "not-callable", "bad-context-manager", "unsupported-operation",
  },
  ts = TYPESCRIPT,
  typescript = TYPESCRIPT,
  tsserver = TYPESCRIPT,
  vtsls = TYPESCRIPT,
  ["deno-ts"] = TYPESCRIPT,
}

--- Such a code may tell of another thing, too; then none of these words is in the message.
local WORDS = { "None", "null", "undefined" }

---@class breadknife.Found what the server has told last for a buffer, in one of its namespaces
---@field client_id integer
---@field all vim.Diagnostic[]
---@field shown integer how many of them are shown

local found = {} ---@type table<integer, table<integer, breadknife.Found>> by buffer and namespace

---@param diagnostic vim.Diagnostic
---@return boolean
local function is_about_null(diagnostic)
  local codes = M.CODES[(diagnostic.source or ""):lower()]
  return codes ~= nil
    and vim.list_contains(codes, tostring(diagnostic.code))
    and vim.iter(WORDS):any(function(word)
      return diagnostic.message:find(word, 1, true) ~= nil
    end)
end

--- Whether one place is before another, with nothing or a dot between them: pyright marks the attribute's name, we mark
--- what may have no such attribute.
---@param bufnr integer
---@param one vim.Diagnostic
---@param other vim.Diagnostic
---@return boolean
local function reaches(bufnr, one, other)
  local row, column = one.end_lnum or one.lnum, one.end_col or one.col
  if row > other.lnum or (row == other.lnum and column >= other.col) then
    return true
  end
  local last = api.nvim_buf_line_count(bufnr) - 1
  if row < other.lnum - 1 or other.lnum > last then
    return false
  end
  local ok, between = pcall(api.nvim_buf_get_text, bufnr, row, column, other.lnum, other.col, {})
  return ok and table.concat(between, "\n"):find("^%s*[?!]?%.?%s*$") ~= nil
end

--- What of ours is to be shown.
---@param bufnr integer
---@param ours vim.Diagnostic[]
---@return vim.Diagnostic[]
local function without_duplicates(bufnr, ours)
  local mine = found[bufnr]
  local others = vim.iter(vim.diagnostic.get(bufnr)):filter(function(each) ---@param each vim.Diagnostic
    return not mine[each.namespace] and is_about_null(each)
  end):totable() ---@type vim.Diagnostic[]
  return vim.tbl_filter(function(each) ---@param each vim.Diagnostic
    return not vim.startswith(tostring(each.code), "nullcheck/")
      or not vim.iter(others):any(function(other)
        return reaches(bufnr, each, other) and reaches(bufnr, other, each)
      end)
  end, ours)
end

--- Another checker may have found something else in a buffer.
---@param bufnr integer
local function on_changed(bufnr)
  for namespace, mine in pairs(found[bufnr] or {}) do
    local client = vim.lsp.get_client_by_id(mine.client_id)
    if not client or not client.attached_buffers[bufnr] then
      found[bufnr][namespace] = nil
    else
      local wanted = without_duplicates(bufnr, mine.all)
      if #wanted ~= mine.shown then
        mine.shown = #wanted
        vim.diagnostic.set(namespace, bufnr, wanted)
      end
    end
  end
end

--- Handles what the server finds as Neovim does, but for the duplicates.
---@param method "textDocument/publishDiagnostics"|"textDocument/diagnostic"
---@return lsp.Handler
function M.handler(method)
  return function(error, result, context, ...)
    -- Only there is it known in which namespace Neovim keeps which answer.
    local set = vim.diagnostic.set
    local function set_ours(namespace, bufnr, diagnostics, ...)
      vim.diagnostic.set = set -- what others set when they hear of ours isn't the server's
      found[bufnr] = found[bufnr] or {}
      local mine = { client_id = context.client_id, all = diagnostics, shown = 0 } ---@type breadknife.Found
      found[bufnr][namespace] = mine
      local wanted = without_duplicates(bufnr, diagnostics)
      mine.shown = #wanted
      set(namespace, bufnr, wanted, ...)
      vim.diagnostic.set = set_ours
    end
    vim.diagnostic.set = set_ours
    local ok, answer = pcall(vim.lsp.handlers[method], error, result, context, ...)
    vim.diagnostic.set = set
    assert(ok, answer)
    return answer
  end
end

api.nvim_create_autocmd("DiagnosticChanged", {
  group = api.nvim_create_augroup("breadknife.duplicates", {}),
  desc = "breadknife: one finding a place",
  nested = true,
  callback = function(event)
    on_changed(event.buf)
  end,
})

api.nvim_create_autocmd("BufWipeout", {
  group = "breadknife.duplicates",
  callback = function(event)
    found[event.buf] = nil
  end,
})

return M
