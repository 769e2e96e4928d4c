--- Starts a server again that ended without being told to, as VS Code's client does.
local M = {}

local api = vim.api

--- A server that ends this often within this time, in milliseconds, isn't started again by itself.
local LIMIT, WITHIN = 10, 3 * 60 * 1000

local times = {} ---@type integer[] when servers were started again, in milliseconds of `vim.uv.now`

--- Forget how often servers ended: somebody restarts them by hand.
function M.reset()
  times = {}
end

--- Start a server again for the buffers that it served, unless it has ended too often.
---@param client vim.lsp.Client the one that has ended
---@param buffers integer[]
---@return boolean started
function M.start_again(client, buffers)
  local now = vim.uv.now()
  times = vim.tbl_filter(function(time)
    return now - time < WITHIN
  end, times)
  if #times >= LIMIT then
    return false
  end
  times[#times + 1] = now
  -- What was switched off while it ran stays off.
  local config = vim.tbl_extend("force", client.config, { settings = client.settings })
  for _, bufnr in ipairs(buffers) do
    if api.nvim_buf_is_loaded(bufnr) then
      vim.lsp.start(config, { bufnr = bufnr, reuse_client = config.reuse_client })
    end
  end
  return true
end

--- The sentence for a server that isn't started again.
M.TOO_OFTEN = ("the server ended %d times in %d minutes"):format(LIMIT + 1, WITHIN / 60000)

return M
