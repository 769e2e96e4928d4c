--- Neovim stops listening to a buffer for its servers if a key is typed there while none runs. For a server that is
--- started later it doesn't begin again (0.11): that server never hears of a change.
local message = require("breadknife.message")

local M = {}

local api = vim.api

local watched = {} ---@type table<integer, true>

--- A local variable of a function of Neovim's, by its name.
---@param from any
---@param name string
---@return any
local function upvalue(from, name)
  local index, found, value = 0, nil, nil
  repeat
    index = index + 1
    if type(from) == "function" then
      found, value = debug.getupvalue(from, index)
    end
  until not found or found == name
  return found and value
end

--- Have Neovim listen to a buffer again, and tell its servers the whole text.
---@param bufnr integer
local function listen_again(bufnr)
  -- The buffers that Neovim believes it listens to. It has no other way to tell it.
  local believed = upvalue(upvalue(vim.lsp.buf_attach_client, "buf_attach"), "attached_buffers")
  if type(believed) ~= "table" then
    return message.explain("Neovim tells no server of changes here", "close the file with `:bwipeout` and open it")
  end
  believed[bufnr] = nil
  for _, client in ipairs(vim.lsp.get_clients({ bufnr = bufnr })) do
    vim.lsp.buf_detach_client(bufnr, client.id)
    vim.lsp.buf_attach_client(bufnr, client.id)
  end
end

--- Notice from now on when Neovim doesn't tell the servers of a buffer's changes, and mend that.
---@param bufnr integer
function M.watch(bufnr)
  if watched[bufnr] then
    return
  end
  watched[bufnr] = true
  local newest, waits = 0, false
  local function check()
    waits = false
    local is_served = api.nvim_buf_is_loaded(bufnr) and vim.lsp.get_clients({ bufnr = bufnr })[1] ~= nil
    if is_served and vim.lsp.util.buf_versions[bufnr] < newest then
      listen_again(bufnr)
    end
  end
  api.nvim_buf_attach(bufnr, false, {
    on_lines = function(_, _, tick)
      newest = tick or newest -- without one, it is the preview of a command
      if not waits then
        waits = true
        vim.schedule(check) -- Neovim's own function may be called after this one
      end
    end,
    on_detach = function()
      watched[bufnr] = nil
    end,
  })
end

return M
