"""Python's email parser reads what the composer wrote as what was meant (test_mime.c has the draft)."""

import email
import email.policy
import os
import subprocess
import sys
import tempfile

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "mail")
    subprocess.run([sys.argv[1], "--filter=mime/is_written_for_the_judge"], check=True,
                   env=dict(os.environ, POSTROAD_MIME_FILE=path))
    with open(path, "rb") as file:
        content = file.read()
mail = email.message_from_bytes(content, policy=email.policy.default)
assert b"=0D" not in content, "line breaks are not to be encoded"

defects = [defect for part in mail.walk() for defect in part.defects]
assert not defects, defects
assert mail["Subject"] == "Kde je plán?", mail["Subject"]
assert [a.addr_spec for a in mail["To"].addresses] == ["bob@b.example", "carol@b.example"]
assert [a.addr_spec for a in mail["Cc"].addresses] == ["dora@b.example"]
assert mail["Date"].datetime.timestamp() == 1740992401
assert mail["MIME-Version"] == "1.0"
assert mail.get_content_type() == "multipart/mixed"
readable, plan, note = mail.iter_parts()
assert readable.get_content_type() == "multipart/alternative"
plain, html = readable.iter_parts()
assert plain.get_content() == "Příklad\r\n.with a dot\r\n", repr(plain.get_content())
assert html.get_content_type() == "text/html" and html.get_content() == "<p>Příklad</p>\r\n", repr(html.get_content())
assert plan.get_content_type() == "application/pdf" and plan.get_filename() == "plan.pdf" and plan.is_attachment()
assert len(plan.get_content()) == 100000 and len(set(plan.get_content())) == 256
assert note.get_filename() == "příloha.txt" and len(note.get_payload(decode=True)) == 7
print("judged")
