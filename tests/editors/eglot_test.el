;;; eglot_test.el --- what a user of eglot sees  -*- lexical-binding: t -*-

;; The file named by the environment variable BREADKNIFE_FILE is visited with the configuration of docs/editors/emacs.md.

(require 'ert)
(require 'eglot)
(require 'flymake)
(setq eglot-sync-connect 30
      eglot-autoshutdown t
      eglot-confirm-server-edits nil
      eglot-send-changes-idle-time 0.01
      flymake-no-changes-timeout 0.05)

;; What markdown-mode (not part of Emacs) is to eglot.
(define-derived-mode markdown-mode text-mode "Markdown")
(add-to-list 'auto-mode-alist '("\\.md\\'" . markdown-mode))

(defun breadknife-wait (condition)
  (let ((end (+ (float-time) 30)) value)
    (while (and (not (setq value (funcall condition))) (< (float-time) end))
      (accept-process-output nil 0.05))
    value))

(defun breadknife-visit ()
  (switch-to-buffer (find-file-noselect (getenv "BREADKNIFE_FILE")))
  (apply #'eglot--connect (eglot--guess-contact))
  (should (breadknife-wait #'eglot-managed-p)))

(defun breadknife-fix-first-finding (title)
  (should (breadknife-wait (lambda () (flymake-diagnostics))))
  (goto-char (flymake-diagnostic-beg (car (flymake-diagnostics))))
  ;; eglot asks for no edit later: an entry is listed once its edit has been made and checked.
  (let ((wanted (breadknife-wait
                 (lambda ()
                   (seq-find (lambda (action) (string-match-p title (plist-get action :title)))
                             (eglot-code-actions (point) nil "quickfix" nil))))))
    (eglot-execute (eglot-current-server) wanted))
  (should (breadknife-wait #'buffer-modified-p)))

(ert-deftest breadknife-nullcheck ()
  (breadknife-visit)
  (breadknife-fix-first-finding "^Raise")
  (should (save-excursion (goto-char (point-min)) (search-forward "if m is None:")))
  (save-buffer)
  (let ((chosen (expand-file-name "state/null-fixes.json" (getenv "BREADKNIFE_HOME"))))
    (should (breadknife-wait (lambda () (file-exists-p chosen))))))

;; Its mode is js-mode, which eglot calls "js".
(ert-deftest breadknife-nullcheck-javascript ()
  (breadknife-visit)
  (breadknife-fix-first-finding "Throw Error")
  (should (save-excursion (goto-char (point-min)) (search-forward "if (x === null) {"))))

(ert-deftest breadknife-prose ()
  (breadknife-visit)
  (breadknife-fix-first-finding "a useful\\|“a”\\|Replace")
  (should (equal (buffer-string) "This is a useful option.\n")))

(ert-deftest breadknife-completion ()
  (breadknife-visit)
  (insert "def add(")
  (completion-at-point)
  (should (equal (buffer-string) "def add(a, b): return a + b\n")))

(ert-deftest breadknife-completion-of-lines ()
  (breadknife-visit)
  (insert "def both():\n    ")
  (completion-at-point)
  (should (equal (buffer-string) "def both():\n    one = 1\n    return one\n")))
