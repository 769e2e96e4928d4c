"""What a rewriting must keep of the text before: facts (`facts`), claims (`claims`), and who does what (`actors`)."""
