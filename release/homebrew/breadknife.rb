class Breadknife < Formula
  include Language::Python::Virtualenv

  desc "Language server that runs small models for completion, null checks and prose"
  homepage "https://github.com/breadknife/breadknife"
  url "https://github.com/breadknife/breadknife/releases/download/v0.1.0/breadknife-0.1.0.tar.gz"
  sha256 "0000000000000000000000000000000000000000000000000000000000000000"
  license all_of: ["Apache-2.0", "CC-BY-SA-3.0", "MIT"]

  depends_on "rust" => :build
  depends_on "python@3.13"

  # `brew update-python-resources breadknife` writes the resources here.

  def install
    virtualenv_install_with_resources
  end

  def caveats
    <<~EOS
      `breadknife setup` adds the engine, the models and your editor.
      `breadknife uninstall` shows what it keeps, and removes it.
    EOS
  end

  test do
    (testpath/"a.md").write("This is an useful start.\n")
    assert_match "AnA", shell_output("#{bin}/breadknife lint a.md", 1)
  end
end
