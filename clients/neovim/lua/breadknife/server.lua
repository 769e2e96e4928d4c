--- The server's process: which command starts it, for which buffers it runs, and why it doesn't.
local message = require("breadknife.message")
local options = require("breadknife.options")

local M = {}

local is_windows = vim.fn.has("win32") == 1
local root = vim.fs.normalize(vim.fn.fnamemodify(debug.getinfo(1, "S").source:sub(2), ":p:h:h:h"))

---@class breadknife.Exit
---@field code integer
---@field signal integer

---@type breadknife.Exit? how the last server ended that wasn't told to
local exit

--- The Python environment that `:Breadknife setup` makes.
---@return string
function M.environment()
  return vim.fs.joinpath(vim.fn.stdpath("data") --[[@as string]], "breadknife", "venv")
end

--- A program of a Python environment.
---@param environment string
---@param name string
---@return string
function M.program(environment, name)
  return vim.fs.joinpath(environment, is_windows and "Scripts" or "bin", is_windows and name .. ".exe" or name)
end

--- The absolute path of a program out of the absolute entries of PATH, so that no program of the folder that is open
--- runs; "" if there is none.
---@param name string
---@return string
function M.find(name)
  for _, folder in ipairs(vim.split(vim.env.PATH or "", is_windows and ";" or ":", { plain = true })) do
    local path = vim.fs.joinpath(vim.fs.normalize(folder), is_windows and name .. ".exe" or name)
    if folder:find(is_windows and "^%a:[\\/]" or "^/") and vim.fn.executable(path) == 1 then
      return path
    end
  end
  return ""
end

--- Make `breadknife` a command in this editor's terminals, where it is one of ours alone.
function M.put_on_path()
  local program = M.program(M.environment(), "breadknife")
  if vim.fn.executable("breadknife") == 0 and vim.fn.executable(program) == 1 then
    local separator = is_windows and ";" or ":"
    vim.env.PATH = (vim.env.PATH or "") .. separator .. vim.fn.fnamemodify(program, ":h")
  end
end

--- The program `breadknife`: the one on the path, the one that `:Breadknife setup` installs, or that of the checkout
--- which this plugin is in. If there is none, where `setup` would put it.
---@return string
function M.executable()
  local on_path = M.find("breadknife")
  if on_path ~= "" then
    return on_path
  end
  for _, environment in ipairs({ M.environment(), vim.fs.normalize(root .. "/../../.venv") }) do
    local program = M.program(environment, "breadknife")
    if vim.fn.executable(program) == 1 then
      return program
    end
  end
  return M.program(M.environment(), "breadknife")
end

--- The command that the user's configuration names, if it names one.
---@return string[]?
function M.configured()
  local own = vim.lsp.config.breadknife.cmd -- as in `vim.lsp.config("breadknife", { cmd = … })`
  return type(own) == "table" and own or options.values.cmd
end

--- The command that starts the server.
---@return string[]
function M.command()
  return M.configured() or { M.executable(), "serve" }
end

--- The command line of another of breadknife's commands: `models`, `trust`.
---@param ... string
---@return string[]
function M.command_line(...)
  local line = {} ---@type string[]
  for _, word in ipairs(M.command()) do
    if word == "serve" then
      break
    end
    line[#line + 1] = word
  end
  return vim.list_extend(line, { ... })
end

---@return boolean
function M.is_installed()
  return vim.fn.executable(M.command()[1]) == 1
end

--- Starts the server, as `cmd` of `vim.lsp.Config`. A function, so that a server which ends says so in our words, which
--- fit on a line, and so that a program that is installed later is found.
---@param dispatchers vim.lsp.rpc.Dispatchers
---@return vim.lsp.rpc.PublicClient
function M.spawn(dispatchers)
  local config = vim.lsp.config.breadknife
  local on_exit = dispatchers.on_exit
  if not M.is_installed() then -- `explain` says so; Neovim would at each file
    vim.schedule(function()
      on_exit(0, 0)
    end)
    return {
      request = function()
        return false
      end,
      notify = function()
        return false
      end,
      is_closing = function()
        return true
      end,
      terminate = function() end,
    }
  end
  local rpc ---@type vim.lsp.rpc.PublicClient
  local is_told_to_end = false
  local said = vim.tbl_extend("force", dispatchers, {
    on_exit = function(code, signal)
      local client = vim.iter(vim.lsp.get_clients({ name = "breadknife", _uninitialized = true })):find(function(each)
        return each.rpc == rpc
      end)
      local buffers = client and vim.tbl_keys(client.attached_buffers)
      on_exit(0, 0)
      vim.schedule(function() -- once Neovim has forgotten the client, and before the next key
        if client and not is_told_to_end and vim.v.exiting == vim.NIL then
          M.on_end(client, buffers, { code = code, signal = signal })
        end
      end)
    end,
  })
  local process = vim.lsp.rpc.start(
    M.command(),
    said,
    { cwd = config.cmd_cwd, env = config.cmd_env, detached = config.detached }
  )
  rpc = vim.tbl_extend("force", process, {
    request = function(method, ...)
      is_told_to_end = is_told_to_end or method == "shutdown"
      return process.request(method, ...)
    end,
    terminate = function()
      is_told_to_end = true
      process.terminate()
    end,
  })
  return rpc
end

--- The server has ended, and nobody has told it to.
---@param client vim.lsp.Client
---@param buffers integer[] that it served
---@param how breadknife.Exit
function M.on_end(client, buffers, how)
  local restarting = require("breadknife.restarting")
  if not vim.lsp.is_enabled("breadknife") then
    return
  elseif restarting.start_again(client, buffers) then
    message.say("breadknife: the server ended and was started again.", vim.log.levels.WARN)
  else
    exit = how
    message.explain(restarting.TOO_OFTEN, "`:Breadknife restart` starts it", vim.log.levels.WARN)
  end
end

--- The client of a buffer, if breadknife is at work there.
---@param bufnr? integer default: the current buffer
---@return vim.lsp.Client?
function M.client(bufnr)
  return vim.lsp.get_clients({ name = "breadknife", bufnr = bufnr or 0 })[1]
end

--- Why breadknife isn't at work in a buffer, and what to do about it; nil where it is.
---@param bufnr? integer default: the current buffer
---@return string? sentence
---@return string? remedy
---@return breadknife.State? state
function M.why_off(bufnr)
  bufnr = (bufnr and bufnr ~= 0) and bufnr or vim.api.nvim_get_current_buf()
  if M.client(bufnr) then
    return nil
  end
  local config, filetype = vim.lsp.config.breadknife, vim.bo[bufnr].filetype
  if not vim.lsp.is_enabled("breadknife") then
    return "your configuration disables it", 'enable it: `:lua vim.lsp.enable("breadknife")`', "off"
  elseif vim.bo[bufnr].buftype ~= "" then
    return "this buffer isn't a file", "go to a file", "off"
  elseif filetype == "" then
    return "this file has no 'filetype'", "set one: `:setfiletype text`", "off"
  elseif config.filetypes and not vim.tbl_contains(config.filetypes, filetype) then
    return ("it doesn't serve files of the type %s"):format(filetype), "see `:help breadknife-filetypes`", "off"
  elseif not M.is_installed() then
    return ("the program `%s` wasn't found"):format(M.command()[1]), "install it: `:Breadknife setup`", "missing"
  elseif vim.lsp.get_clients({ name = "breadknife", bufnr = bufnr, _uninitialized = true })[1] then
    return "the server is starting", "wait a moment", "starting"
  elseif exit then
    local how = exit.signal ~= 0 and "signal " .. exit.signal or "exit code " .. exit.code
    return ("the server ended with %s"):format(how), "`:Breadknife restart`, or read `:Breadknife log`", "stopped"
  end
  return "the server isn't running for this file", "`:Breadknife restart`, or read `:Breadknife log`", "stopped"
end

--- The client of the current buffer. Where there is none, says why.
---@return vim.lsp.Client?
function M.client_or_reason()
  local client = M.client()
  if not client then
    local sentence, remedy = M.why_off()
    message.explain(sentence or "", remedy or "", vim.log.levels.WARN)
  end
  return client
end

local is_explained = false

--- Say once that the program is missing, when a file is opened that it would serve.
---@param filetype string
function M.explain(filetype)
  local program = options.values.cmd and options.values.cmd[1] or M.executable()
  if is_explained or vim.fn.executable(program) == 1 or not vim.lsp.is_enabled("breadknife") or M.is_installed() then
    return
  end
  if vim.tbl_contains(vim.lsp.config.breadknife.filetypes or {}, filetype) then
    is_explained = true
    program = M.command()[1]
    local said = program == M.program(M.environment(), "breadknife") and "breadknife isn't installed; `:Breadknife setup` does that."
      or ("breadknife: `%s` wasn't found; see `:checkhealth breadknife`."):format(program)
    message.say(said, vim.log.levels.WARN)
  end
end

--- Stop the server and start it again for the buffers that are open.
function M.restart()
  exit = nil
  require("breadknife.restarting").reset()
  local clients = vim.lsp.get_clients({ name = "breadknife", _uninitialized = true })
  vim.lsp.enable("breadknife", false)
  local ends = vim.uv.now() + 3000
  local function start_when_stopped()
    if #vim.lsp.get_clients({ name = "breadknife", _uninitialized = true }) == 0 then
      vim.lsp.enable("breadknife")
      return
    end
    if vim.uv.now() > ends then
      for _, client in ipairs(clients) do
        client:stop(true)
      end
    end
    vim.defer_fn(start_when_stopped, 20)
  end
  start_when_stopped()
end

--- Switch a plugin of the server on or off, for as long as the server runs.
---@param plugin string
---@param bufnr? integer default: the current buffer
---@return boolean? enabled nil when breadknife isn't at work in the buffer
function M.toggle(plugin, bufnr)
  local client = M.client(bufnr)
  if not client then
    return nil
  end
  local enabled = vim.tbl_get(client.settings, "breadknife", plugin, "enabled") == false
  local change = { breadknife = { [plugin] = { enabled = enabled } } }
  client.settings = vim.tbl_deep_extend("force", client.settings, change)
  client:notify("workspace/didChangeConfiguration", { settings = client.settings })
  if plugin == "completion" then
    require("breadknife.ghost").leave()
  end
  return enabled
end

return M
