--- `:checkhealth breadknife`: what is wrong, and what to do.
local M = {}

local health = vim.health
local options = require("breadknife.options")
local server = require("breadknife.server")

--- Say what the report waits for, while it is empty.
---@param what string
local function wait_for(what)
  vim.cmd.redraw() -- before the line, which it may take away
  vim.api.nvim_echo({ { ("breadknife: waiting for %s …"):format(what) } }, false, {})
end

---@return boolean
local function check_neovim()
  local version = tostring(vim.version())
  if vim.fn.has("nvim-0.11") == 0 then
    health.error(("Neovim %s is too old"):format(version), "Install Neovim 0.11 or newer.")
    return false
  end
  health.ok(("Neovim %s"):format(version))
  return true
end

---@return boolean
local function check_command()
  local program = server.command()[1]
  local path = vim.fn.exepath(program)
  if path == "" then
    health.error(("The program `%s` was not found"):format(program), {
      "Install it: `:Breadknife setup`, or `pipx install breadknife` in a terminal.",
      'Or say where it is: `require("breadknife").setup({ cmd = { "/path/to/breadknife", "serve" } })`.',
    })
    return false
  end
  wait_for("`breadknife --version`")
  local ok, result = pcall(function()
    return vim.system({ path, "--version" }, { text = true, timeout = 20000 }):wait()
  end)
  if not ok or result.code ~= 0 then
    local reason = ok and vim.trim(result.stderr ~= "" and result.stderr or "exit code " .. result.code) or result
    health.error(("`%s --version` failed: %s"):format(path, reason), "Run `breadknife doctor` in a terminal.")
    return false
  end
  health.ok(("%s: `%s`"):format(vim.trim(result.stdout), path))
  return true
end

---@param value any
---@return any[]
local function list(value)
  return type(value) == "table" and value or {}
end

--- What the server reports as missing or broken, with what mends it.
---@param report table<string, any>
local function check_report(report)
  for _, model in ipairs(list(report.models)) do
    local is_elsewhere = model.name:find(":", 1, true) ~= nil
    if not is_elsewhere and (model.path == nil or model.path == vim.NIL) then
      health.warn(
        ("The model %s isn't on this machine (for %s)"):format(model.name, table.concat(list(model.roles), ", ")),
        "Fetch it: `:Breadknife setup`, or in a terminal `breadknife models pull " .. model.name .. "`."
      )
    end
  end
  for _, name in ipairs(list(list(report.engine).set_aside)) do
    health.warn(
      ("%s is set aside: the engine died over it"):format(name),
      ("To try it again: `breadknife models allow %s`."):format(name)
    )
  end
  for _, problem in ipairs(list(report.problems)) do
    health.warn(problem, "Run `breadknife doctor` in a terminal.")
  end
end

---@param client vim.lsp.Client
local function check_status(client)
  wait_for("what the server says of itself")
  local answer, reason =
    client:request_sync("workspace/executeCommand", { command = "breadknife.status", arguments = {} }, 10000)
  if not answer or answer.err then
    local message = answer and answer.err and answer.err.message or reason or "the server has ended"
    health.error("The server doesn't say how it is: " .. message, {
      "Try `:Breadknife restart`, then look into `:Breadknife log`.",
      "Run `breadknife doctor` in a terminal.",
    })
    return
  end
  local report = list(answer.result)
  health.ok("The server answers:\n" .. table.concat(list(report.lines), "\n"))
  check_report(report)
end

local function check_clients()
  local clients = vim.lsp.get_clients({ name = "breadknife" })
  if #clients == 0 then
    local bufnr = vim.fn.bufnr("#") -- the one that the report was asked for in
    local sentence, remedy = server.why_off(vim.api.nvim_buf_is_valid(bufnr) and bufnr or 0)
    local filetypes = table.concat(vim.lsp.config.breadknife.filetypes or {}, ", ")
    health.warn("The server isn't running", {
      ("Here %s; %s."):format(sentence, remedy),
      "It starts with the first file of one of these types: " .. filetypes,
    })
  end
  for _, client in ipairs(clients) do
    local buffers = vim.tbl_count(client.attached_buffers)
    local root = client.root_dir or "single files"
    health.ok(("Running for %s, in %d buffer(s), counting in %s"):format(root, buffers, client.offset_encoding))
    if options.values.ghost and not client:supports_method("textDocument/inlineCompletion") then
      health.warn("This server has no suggestions", "Update it: `:Breadknife setup`, or `pipx upgrade breadknife`.")
    end
    check_status(client)
  end
end

--- What a key does when there is no suggestion.
---@param key string
---@return string
local function before(key)
  local own = vim.fn.maparg(key, "i", false, true)
  if not own.lhs or vim.startswith(own.desc or "", "breadknife: ") then
    return ""
  end
  return (", otherwise your mapping (%s)"):format(own.desc or (own.rhs and own.rhs ~= "" and own.rhs) or "a function")
end

local function check_suggestions()
  local ghost = options.values.ghost
  if not ghost then
    health.info("Ghost text is off; completions come through 'omnifunc' and completion plugins")
    return
  end
  local native = vim.lsp.inline_completion
  if native and native.is_enabled() then
    health.info("Neovim's own `vim.lsp.inline_completion` is enabled and shows the suggestions")
  end
  if ghost == "manual" then
    health.info("Suggestions come only when you ask for them (the option `ghost`)")
  end
  for action, key in vim.spairs(options.values.keys) do
    health.info(("%s: %s%s"):format(action, key or "no key", key and before(key) or ""))
  end
end

function M.check()
  health.start("breadknife: Neovim and the program")
  if not check_neovim() or not check_command() then
    return
  end
  health.start("breadknife: the server")
  check_clients()
  health.start("breadknife: suggestions")
  check_suggestions()
end

return M
