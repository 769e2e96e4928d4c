from breadknife.cli.main import app

app()
