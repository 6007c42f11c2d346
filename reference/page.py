"""The page a citizen sees: what this is, and where it is served from."""

from __future__ import annotations

from html import escape

from reference.configuration import Configuration

_PAGE = """<!DOCTYPE html>
<html lang="vi">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
  body {{ font: 1.1rem/1.5 system-ui, sans-serif; margin: 3rem auto; max-width: 40rem; }}
  dt {{ color: #555; }} dd {{ margin: 0 0 .7rem; font-weight: 600; }}
</style>
<h1>{title}</h1>
<p>Dịch vụ đang hoạt động. <span lang="en">The service is working.</span></p>
<dl>
  <dt>Trung tâm dữ liệu / <span lang="en">Site</span></dt><dd>{site}</dd>
  <dt>Máy phục vụ / <span lang="en">Host</span></dt><dd>{host}</dd>
</dl>
<p>Gửi hồ sơ / <span lang="en">Send a submission</span>:</p>
<pre>curl -H "Idempotency-Key: $(uuidgen)" -d '{{"text": "xin chào"}}' …/submissions</pre>
</html>
"""


def page(configuration: Configuration) -> str:
    """Return the page as HTML."""
    return _PAGE.format(
        title=escape(configuration.title),
        site=escape(configuration.site),
        host=escape(configuration.host),
    )
