--- Suggestions as ghost text: asks the server after every change, shows the answer, accepts it.
---
--- Neovim 0.12 has `vim.lsp.inline_completion`. It waits 200 ms after each key and has no way to accept a word or a
--- line, so this works there too, and stands aside in buffers where the user has enabled that one.
local accepting = require("breadknife.ghost.accepting")
local answers = require("breadknife.ghost.answers")
local drawing = require("breadknife.ghost.drawing")
local keys = require("breadknife.ghost.keys")
local menus = require("breadknife.ghost.menus")
local options = require("breadknife.options")
local status = require("breadknife.status")
local suggestions = require("breadknife.ghost.suggestion")

local M = {}

local api = vim.api
local group = api.nvim_create_augroup("breadknife.ghost", {})

---@class breadknife.Shown
---@field bufnr integer
---@field suggestions breadknife.Suggestion[] alternatives
---@field current integer index of the one on screen
---@field is_hidden? boolean a menu is open: it is shown again when that closes

---@class breadknife.Pending
---@field client vim.lsp.Client
---@field id integer
---@field kind integer how it was asked for
---@field outdated? boolean the server has more by now than it may have answered

local INVOKED, AUTOMATIC = 1, 2 -- the protocol's InlineCompletionTriggerKind

-- There is one cursor, so there is one of each.
local shown ---@type breadknife.Shown?
local asked ---@type breadknife.Place?
local dismissed ---@type breadknife.Place?
local pending ---@type breadknife.Pending?
local accepted ---@type { suggestion: breadknife.Suggestion, amount: string, is_all: boolean }? what is being typed

local clients = {} ---@type table<integer, vim.lsp.Client> by buffer

--- Whether a suggestion is on the screen.
---@return boolean
function M.is_visible()
  return shown ~= nil and not shown.is_hidden
end

--- Forget what is shown, and take it off the screen.
local function hide()
  local was = shown
  shown = nil
  keys.unmap_all()
  if was then
    drawing.clear(was.bufnr)
    if not was.is_hidden then
      status.emit("Hidden", { bufnr = was.bufnr })
    end
  end
  status.changed()
end

--- Show what is missing of a suggestion, or of the next one that still fits, or nothing when none does.
---@param bufnr integer
---@param alternatives breadknife.Suggestion[]
---@param current integer index of the first to try
local function show(bufnr, alternatives, current)
  for step = 0, #alternatives - 1 do
    local index = (current + step - 1) % #alternatives + 1
    local pieces = answers.rest(alternatives[index])
    if pieces then
      local was_visible = M.is_visible()
      local is_hidden = options.values.hide_with_menu and menus.is_open()
      shown = { bufnr = bufnr, suggestions = alternatives, current = index, is_hidden = is_hidden }
      if is_hidden then
        keys.unmap_all()
        drawing.clear(bufnr)
      else
        keys.map_all()
        drawing.draw(bufnr, pieces)
      end
      if was_visible == is_hidden then
        status.emit(is_hidden and "Hidden" or "Shown", { bufnr = bufnr })
      end
      return status.changed()
    end
  end
  hide()
end

--- A menu has opened or closed.
local function on_menu()
  if shown and options.values.hide_with_menu and shown.bufnr == api.nvim_get_current_buf() then
    show(shown.bufnr, shown.suggestions, shown.current)
  end
end

local function cancel_pending()
  if pending then
    pending.client:cancel_request(pending.id)
    pending = nil
  end
end

--- Drop the question and what is shown.
function M.leave()
  cancel_pending()
  drawing.note()
  asked, dismissed, accepted = nil, nil, nil
  if shown then
    hide()
  end
end

---@return string? text of the suggestion that there is
local function current_text()
  return shown and shown.suggestions[shown.current].text
end

---@param place breadknife.Place
---@param client vim.lsp.Client
---@param result lsp.InlineCompletionList|lsp.InlineCompletionItem[]
---@param kind integer how it was asked for
---@param step integer how far to go on from the suggestion that is on screen
local function on_answer(place, client, result, kind, step)
  if not answers.is_here(place) then
    return -- the user has moved on; what is shown by now is the next question's business
  end
  local alternatives, first, before = answers.suggestions(result, place, client), 1, current_text()
  for index, suggestion in ipairs(alternatives) do
    if step ~= 0 and suggestion.text == before then
      first = index + step
    end
  end
  if #alternatives > 0 or step == 0 then
    show(place.bufnr, alternatives, first)
  end
  if kind == INVOKED and not shown then
    drawing.note("no suggestion here: see `:Breadknife why`")
  elseif step ~= 0 and current_text() == before then
    drawing.note("no other suggestion here")
  end
end

---@param client vim.lsp.Client
---@param place breadknife.Place
---@param kind integer
---@param step? integer
local function ask(client, place, kind, step)
  local superseded = pending
  pending = nil
  drawing.note(kind == INVOKED and "…" or nil)
  local id ---@type integer?
  local sent
  sent, id = client:request("textDocument/inlineCompletion", {
    textDocument = vim.lsp.util.make_text_document_params(place.bufnr),
    position = vim.lsp.util.make_position_params(0, client.offset_encoding).position,
    context = { triggerKind = kind },
  }, function(err, result)
    local answered = pending
    if not answered or answered.id ~= id then
      return
    end
    pending = nil
    drawing.note()
    if not err then -- after an error (the text has moved on, the server was busy) what is shown stays while it fits
      on_answer(place, client, result or {}, kind, step or 0)
    end
    if answered.outdated and kind == AUTOMATIC and answers.is_here(place) then
      ask(client, place, AUTOMATIC)
    end
    status.changed()
  end, place.bufnr)
  if sent and id then
    pending = { client = client, id = id, kind = kind }
  end
  -- After the new question: a server that is still generating can go on with it when the key agreed.
  if superseded then
    superseded.client:cancel_request(superseded.id)
  end
  status.changed()
end

--- What was accepted is in the buffer now.
---@param bufnr integer
local function on_accepted(bufnr)
  if accepted then
    local was = accepted
    accepted = nil
    if was.is_all and was.suggestion.taken then
      was.suggestion.taken()
    end
    status.emit("Accepted", { bufnr = bufnr, amount = was.amount })
  end
end

---@param client vim.lsp.Client
---@param bufnr integer
local function on_change(client, bufnr)
  local ghost = options.ghost(bufnr)
  if not ghost or menus.is_someone_elses(bufnr) then
    return M.leave()
  end
  local place = answers.place(bufnr)
  if vim.deep_equal(place, asked) then
    return -- one key can be two events
  end
  asked = place
  on_accepted(bufnr)
  if shown then
    show(bufnr, shown.suggestions, shown.current)
  end
  if ghost == "manual" then
    cancel_pending()
    drawing.note()
  else
    ask(client, place, AUTOMATIC)
  end
end

--- Handles `breadknife/refreshCompletion`: asks again, and leaves on screen what is there until the answer comes.
---@type lsp.Handler
function M.on_refresh(_, params, context)
  local bufnr = api.nvim_get_current_buf()
  local client = clients[bufnr]
  if not client or client.id ~= context.client_id or params.uri ~= vim.uri_from_bufnr(bufnr) then
    return
  end
  if not asked or not answers.is_here(asked) or vim.deep_equal(asked, dismissed) or menus.is_someone_elses(bufnr) then
    return
  end
  if shown and #shown.suggestions > 1 or not shown and options.ghost(bufnr) ~= true then
    return -- the answer to a question by hand, which no other is to replace; or nothing was asked
  end
  if pending then
    pending.outdated = true
  else
    ask(client, asked, AUTOMATIC)
  end
end

---@param client vim.lsp.Client
---@param bufnr integer
local function detach(client, bufnr)
  if clients[bufnr] == client then
    M.leave()
    clients[bufnr] = nil
    api.nvim_clear_autocmds({ group = group, buffer = bufnr })
    api.nvim_buf_call(bufnr, keys.unmap_asking)
    status.changed()
  end
end

--- Show suggestions of a client in a buffer, until the client leaves it.
---@param client vim.lsp.Client
---@param bufnr integer
function M.attach(client, bufnr)
  if not client:supports_method("textDocument/inlineCompletion") then
    return
  end
  clients[bufnr] = client
  api.nvim_buf_call(bufnr, keys.map_asking)
  api.nvim_clear_autocmds({ group = group, buffer = bufnr })
  local function on(events, desc, callback)
    api.nvim_create_autocmd(
      events,
      { group = group, buffer = bufnr, desc = "breadknife: " .. desc, callback = callback }
    )
  end
  on({ "InsertEnter", "TextChangedI", "TextChangedP", "CursorMovedI" }, "ask for a suggestion", function()
    on_change(client, bufnr)
  end)
  on("InsertEnter", "listen to completion menus", function()
    menus.listen(on_menu)
  end)
  on({ "InsertLeave", "BufLeave" }, "take the suggestion off the screen", M.leave)
  on("LspDetach", "the server leaves", function(event)
    if event.data.client_id == client.id then
      detach(client, bufnr)
    end
  end)
  if bufnr == api.nvim_get_current_buf() and api.nvim_get_mode().mode:sub(1, 1) == "i" then
    menus.listen(on_menu)
    on_change(client, bufnr) -- the plugin was loaded by typing
  end
end

local parts = { word = suggestions.word, line = suggestions.line }

--- Type the suggestion on the screen, or a part of it.
---@param amount "all"|"word"|"line"
---@return boolean accepted
function M.accept(amount)
  if accepting.is_replayed() then
    return true
  end
  local bufnr = api.nvim_get_current_buf()
  if not shown or shown.is_hidden or shown.bufnr ~= bufnr then
    return false
  end
  local suggestion = shown.suggestions[shown.current]
  local pieces, missing, covered = answers.rest(suggestion)
  if not pieces then
    hide()
    return false
  end
  local text, replaced = missing, covered
  if parts[amount] and pieces[1].offset == 0 then
    text = parts[amount](pieces[1].text)
    replaced = text == missing and covered or ""
    -- The rest is where it will be once the text before it is typed: so it doesn't flicker.
    pieces[1].text = pieces[1].text:sub(#text + 1)
    drawing.draw(bufnr, pieces)
  else
    drawing.clear(bufnr)
  end
  accepted = { suggestion = suggestion, amount = amount, is_all = text == missing }
  accepting.type(text, replaced)
  return true
end

--- Ask at the cursor, unless the answer is on its way already.
---@param bufnr integer the current buffer
---@param step integer how far to go on from the suggestion that is on screen
---@return boolean asked
local function ask_by_hand(bufnr, step)
  local client = clients[bufnr]
  if not client or menus.is_someone_elses(bufnr) then
    return false
  end
  local place = answers.place(bufnr)
  if not (pending and pending.kind == INVOKED and vim.deep_equal(place, asked)) then
    asked, dismissed = place, nil
    ask(client, place, INVOKED, step)
  end
  return true
end

--- Ask for suggestions now, also where none come by themselves, and for alternatives.
---@return boolean asked
function M.suggest()
  return ask_by_hand(api.nvim_get_current_buf(), 0)
end

--- Show another suggestion for the same place, after asking for more where there is one alone, or none.
---@param step 1|-1
---@return boolean
function M.cycle(step)
  local bufnr = api.nvim_get_current_buf()
  local here = shown and shown.bufnr == bufnr and shown
  if here and here.is_hidden then
    return false
  elseif here and #here.suggestions > 1 then
    show(bufnr, here.suggestions, here.current + step)
    return true
  end
  return ask_by_hand(bufnr, here and step or 0)
end

--- Take the suggestion off the screen, until something is typed.
---@return boolean was_visible
function M.dismiss()
  if not M.is_visible() then
    return false
  end
  cancel_pending()
  drawing.note()
  dismissed = asked
  hide()
  return true
end

--- What suggestions do in a buffer where breadknife is at work.
---@param bufnr integer
---@return breadknife.State
---@return string? detail what there is to say beyond the state
function M.state(bufnr)
  local ghost, source = options.ghost(bufnr)
  local native = vim.lsp.inline_completion
  if native and native.is_enabled({ bufnr = bufnr }) then
    return "ready", "Neovim's own `vim.lsp.inline_completion` shows the suggestions"
  elseif options.values.ghost == false then
    return "off", "the option `ghost` is false: completions come through 'omnifunc' and completion plugins"
  elseif not ghost then
    return "off", ("suggestions are off in this buffer, because of %s"):format(source)
  elseif not clients[bufnr] then
    return "off", "the server has no suggestions; update it"
  elseif shown and shown.bufnr == bufnr then
    return shown.is_hidden and "ready" or "shown", shown.is_hidden and "a completion menu hides the suggestion" or nil
  elseif pending and bufnr == api.nvim_get_current_buf() then
    return "asking"
  elseif ghost == "manual" then
    return "manual", ("suggestions come when you ask for them, because of %s"):format(source)
  end
  return "ready"
end

return M
