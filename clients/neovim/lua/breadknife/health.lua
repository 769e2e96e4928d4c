--- `:checkhealth breadknife`: what is wrong, and what to do.
local M = {}

local health = vim.health

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
  local cmd = vim.lsp.config.breadknife.cmd
  if type(cmd) ~= "table" then
    health.info("The server is started by a function in your configuration")
    return true
  end
  local path = vim.fn.exepath(cmd[1])
  if path == "" then
    health.error(("The command `%s` was not found"):format(cmd[1]), {
      "Install the server: `pipx install breadknife` or `uv tool install breadknife`.",
      'Or say where it is: `require("breadknife").setup({ cmd = { "/path/to/breadknife", "serve" } })`.',
    })
    return false
  end
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
---@param indent string
---@return string[]
local function describe(value, indent)
  local keys = vim.tbl_keys(value)
  table.sort(keys, function(a, b)
    return tostring(a) < tostring(b)
  end)
  local lines = {}
  for _, key in ipairs(keys) do
    local entry = value[key]
    if type(entry) == "table" and not vim.tbl_isempty(entry) then
      lines[#lines + 1] = ("%s%s:"):format(indent, key)
      vim.list_extend(lines, describe(entry, indent .. "  "))
    elseif type(entry) ~= "table" and entry ~= vim.NIL then
      lines[#lines + 1] = ("%s%s: %s"):format(indent, key, entry)
    end
  end
  return lines
end

---@param client vim.lsp.Client
local function check_status(client)
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
  health.ok("The server answers:\n" .. table.concat(describe(answer.result or {}, "  "), "\n"))
end

local function check_clients()
  local clients = vim.lsp.get_clients({ name = "breadknife" })
  if #clients == 0 then
    local filetypes = table.concat(vim.lsp.config.breadknife.filetypes or {}, ", ")
    health.warn("The server isn't running", {
      "It starts with the first file of one of these types: " .. filetypes,
      "If such a file is open, look into `:Breadknife log`.",
    })
  end
  for _, client in ipairs(clients) do
    local buffers = vim.tbl_count(client.attached_buffers)
    local root = client.root_dir or "single files"
    health.ok(("Running for %s, in %d buffer(s), counting in %s"):format(root, buffers, client.offset_encoding))
    if require("breadknife").options.ghost and not client:supports_method("textDocument/inlineCompletion") then
      health.warn("This server has no ghost text", "Update it: `pipx upgrade breadknife`.")
    end
    check_status(client)
  end
end

local function check_ghost()
  local options = require("breadknife").options
  if not options.ghost then
    health.info("Ghost text is off; completions come through 'omnifunc' and completion plugins")
    return
  end
  local native = vim.lsp.inline_completion
  if native and native.is_enabled() then
    health.info("Neovim's own `vim.lsp.inline_completion` is enabled and shows the suggestions")
  end
  for action, key in pairs(options.keys) do
    health.info(("%s: %s"):format(action, key or "no key"))
  end
end

function M.check()
  health.start("breadknife: Neovim and the server's command")
  if not check_neovim() or not check_command() then
    return
  end
  health.start("breadknife: the server")
  check_clients()
  health.start("breadknife: ghost text")
  check_ghost()
end

return M
