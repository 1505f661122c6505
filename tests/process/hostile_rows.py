"""Hostile HTTP, one row a case: (what, bytes, statuses of all answers, what becomes of the connection).

OPEN: the connection serves on, which a good request behind shows. CLOSE: the server ends it after the answers. CUT: the client
stops half-way, and the server ends it without an answer of its own. Where a row smuggles, a second request stands behind the
first: were it taken for one of its own, there would be one answer more."""
import gzip
import json
import zlib

OPEN, CLOSE, CUT = "open", "close", "cut"
HOST = b"Host: h\r\n"
GET = b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n"
KEYLESS = b'{"userId":"a","event":"signup"}'
EVENT = b'{"userId":"a","event":"signup","writeKey":"wk"}'
SMUGGLED = b"GET /healthz HTTP/1.1\r\nHost: smuggled\r\n\r\n"


def get(line=b"GET /healthz HTTP/1.1", *fields, host=HOST):
    return line + b"\r\n" + host + b"".join(field + b"\r\n" for field in fields) + b"\r\n"


def post(*fields, body=b"", path=b"/v1/track"):
    return b"POST " + path + b" HTTP/1.1\r\n" + HOST + b"".join(field + b"\r\n" for field in fields) + b"\r\n" + body


def sized(body, *fields, path=b"/v1/track"):
    return post(b"Content-Length: %d" % len(body), *fields, body=body, path=path)


def chunked(body, *fields, path=b"/v1/track"):
    return post(b"Transfer-Encoding: chunked", *fields, body=body, path=path)


def chunks(*parts):
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


WHOLE = chunks(EVENT)
CL = b"Content-Length: %d" % len(EVENT)
TE = b"Transfer-Encoding: chunked"


def lengths():
    """The ways to say two lengths at once, or one that others read otherwise."""
    yield "CL and TE", post(CL, TE, body=WHOLE), (400,), CLOSE
    yield "TE and CL", post(TE, CL, body=WHOLE), (400,), CLOSE
    yield "CL 0 and TE", post(b"Content-Length: 0", TE, body=WHOLE), (400,), CLOSE
    yield "CL.TE, a request behind", post(b"Content-Length: 6", TE, body=b"0\r\n\r\nG" + SMUGGLED), (400,), CLOSE
    yield "TE.CL, a request inside", post(b"Content-Length: 4", TE, body=b"2c\r\n" + SMUGGLED + b"\r\n0\r\n\r\n"), (400,), CLOSE
    yield "the same CL twice", post(CL, CL, body=EVENT + SMUGGLED), (400,), CLOSE
    yield "two CLs", post(CL, b"Content-Length: 0", body=EVENT + SMUGGLED), (400,), CLOSE
    yield "two CLs, short one first", post(b"Content-Length: 0", CL, body=EVENT + SMUGGLED), (400,), CLOSE
    yield "the same TE twice", post(TE, TE, body=WHOLE + SMUGGLED), (400,), CLOSE
    yield "TE twice, identity first", post(b"Transfer-Encoding: identity", TE, body=WHOLE + SMUGGLED), (501,), CLOSE
    yield "CL in two cases", post(b"content-length: 3", b"CONTENT-LENGTH: 4", body=b"abcd" + SMUGGLED), (400,), CLOSE
    for what, value in (("list of equals", b"47, 47"), ("list", b"47, 0"), ("list with nothing", b"47,"), ("plus", b"+47"), ("minus", b"-47"),
                        ("minus nought", b"-0"), ("hex", b"0x2f"), ("hex digits", b"2f"), ("octal", b"0o57"), ("fraction", b"47.0"),
                        ("exponent", b"5e1"), ("empty", b""), ("blank inside", b"4 7"), ("tab inside", b"4\t7"), ("words", b"many"),
                        ("quotes", b'"47"'), ("semicolon", b"47;"), ("underscore", b"4_7"), ("thousands", b"1,000"),
                        ("20 digits", b"00000000000000000047"), ("2^64", b"18446744073709551616"), ("2^64 + 47", b"18446744073709551663"),
                        ("full-width digits", "４７".encode()), ("NUL", b"47\x00"), ("vertical tab", b"\x0b47"), ("form feed", b"47\x0c")):
        yield f"CL: {what}", post(b"Content-Length: " + value, body=EVENT + SMUGGLED), (400,), CLOSE
    yield "CL: 2^63", post(b"Content-Length: 9223372036854775808", body=EVENT), (413,), CLOSE
    yield "CL: nought in front", post(b"Content-Length: 000%d" % len(EVENT), body=EVENT), (200,), OPEN
    yield "CL: blanks around", post(b"Content-Length: \t %d \t" % len(EVENT), body=EVENT), (400,), CLOSE
    for what, value, status in (("xchunked", b"xchunked", 501), ("chunkedx", b"chunkedx", 501), ("identity", b"identity", 501),
                                ("gzip", b"gzip", 501), ("gzip, chunked", b"gzip, chunked", 501), ("chunked, gzip", b"chunked, gzip", 400),
                                ("chunked, chunked", b"chunked, chunked", 400), ("chunked, identity", b"chunked, identity", 400),
                                ("empty", b"", 501), ("quoted", b'"chunked"', 501), ("with a parameter", b"chunked;q=1", 501),
                                ("comma behind", b"chunked,", 400), ("comma in front", b",chunked", 501), ("vertical tab", b"\x0bchunked", 400),
                                ("NUL", b"chunked\x00", 400), ("long s", "chunKed".encode() + "ſ".encode(), 501),
                                ("word behind", b"chunked x", 501), ("folded", b"\r\n chunked", 400)):
        yield f"TE: {what}", post(b"Transfer-Encoding: " + value, body=WHOLE + SMUGGLED), (status,), CLOSE
    yield "TE: capitals", post(b"TRANSFER-ENCODING: CHUNKED", body=WHOLE), (200,), OPEN
    yield "TE: tab in front", post(b"Transfer-Encoding:\tchunked", body=WHOLE), (200,), OPEN
    for what, name in (("blank before the colon", b"Transfer-Encoding : chunked"), ("tab before the colon", b"Transfer-Encoding\t: chunked"),
                       ("blank in front of the line", b" Transfer-Encoding: chunked"), ("no colon", b"Transfer-Encoding chunked"),
                       ("NUL in the name", b"Transfer\x00-Encoding: chunked"), ("quoted name", b'"Transfer-Encoding": chunked')):
        yield f"TE: {what}", post(name, body=WHOLE + SMUGGLED), (400,), CLOSE
    yield "CL: blank before the colon", post(b"Content-Length : 47", body=EVENT + SMUGGLED), (400,), CLOSE
    yield "TE in HTTP/1.0", b"POST /v1/track HTTP/1.0\r\n" + HOST + TE + b"\r\n\r\n" + WHOLE + SMUGGLED, (400,), CLOSE
    yield "CL with an underscore is none", post(b"Content_Length: 47", body=SMUGGLED), (400, 200), OPEN
    yield "body of a GET is read, not run", get(b"GET /healthz HTTP/1.1", b"Content-Length: %d" % len(SMUGGLED)) + SMUGGLED, (413,), CLOSE
    yield "chunked body of a GET", get(b"GET /healthz HTTP/1.1", TE) + chunks(SMUGGLED), (413,), CLOSE
    yield "body of a HEAD", get(b"HEAD /healthz HTTP/1.1", b"Content-Length: %d" % len(SMUGGLED)) + SMUGGLED, (413,), CLOSE
    yield "body of an OPTIONS", get(b"OPTIONS /v1/t HTTP/1.1", b"Content-Length: 1") + b"x", (413,), CLOSE
    yield "body for nobody", sized(SMUGGLED, path=b"/nowhere"), (404,), CLOSE
    yield "body of a wrong method", get(b"PUT /healthz HTTP/1.1", b"Content-Length: 44") + SMUGGLED, (405,), CLOSE
    yield "Content-Length in a trailer", chunked(b"0\r\nContent-Length: 44\r\n\r\n" + SMUGGLED), (400,), CLOSE
    yield "Transfer-Encoding in a trailer", chunked(b"0\r\nTransfer-Encoding: chunked\r\n\r\n" + SMUGGLED), (400,), CLOSE
    yield "Host in a trailer", chunked(b"0\r\nHost: x\r\n\r\n"), (400,), CLOSE
    yield "Authorization in a trailer", chunked(b"0\r\nAuthorization: Bearer t\r\n\r\n"), (400,), CLOSE


def bad_chunks():
    for what, body in (("size with a plus", b"+2f\r\n" + EVENT + b"\r\n0\r\n\r\n"), ("size with a minus", b"-2f\r\n" + EVENT + b"\r\n0\r\n\r\n"),
                       ("size with 0x", b"0x2f\r\n" + EVENT + b"\r\n0\r\n\r\n"), ("blank behind the size", b"2f \r\n" + EVENT + b"\r\n0\r\n\r\n"),
                       ("blank in front of the size", b" 2f\r\n" + EVENT + b"\r\n0\r\n\r\n"), ("tab behind the size", b"2f\t\r\n" + EVENT + b"\r\n0\r\n\r\n"),
                       ("no size", b"\r\n" + EVENT + b"\r\n0\r\n\r\n"), ("size of letters", b"xyz\r\n" + EVENT + b"\r\n0\r\n\r\n"),
                       ("size of 17 digits", b"1000000000000002f\r\n" + EVENT), ("size of 2^64 - 1", b"ffffffffffffffffff\r\n" + EVENT),
                       ("quotes round the size", b'"2f"\r\n' + EVENT), ("comma", b"2f,\r\n" + EVENT), ("longer than said", b"2e\r\n" + EVENT + b"\r\n0\r\n\r\n"),
                       ("shorter than said", b"30\r\n" + EVENT + b"\r\n0\r\n\r\n"), ("bare LF behind the size", b"2f\n" + EVENT + b"\r\n0\r\n\r\n"),
                       ("bare CR behind the size", b"2f\r" + EVENT + b"\r\n0\r\n\r\n"), ("bare LF behind the data", b"2f\r\n" + EVENT + b"\n0\r\n\r\n"),
                       ("nothing behind the data", b"2f\r\n" + EVENT + b"0\r\n\r\n"), ("bare LF at the end", b"2f\r\n" + EVENT + b"\r\n0\n\n"),
                       ("NUL in an extension", b"2f;a=\x00\r\n" + EVENT + b"\r\n0\r\n\r\n"), ("LF in an extension", b"2f;a=\nb\r\n" + EVENT + b"\r\n0\r\n\r\n"),
                       ("NUL in the size", b"1\x00f\r\n" + EVENT), ("control in a trailer", b"0\r\nX: \x01\r\n\r\n"),
                       ("trailer without a colon", b"0\r\nX\r\n\r\n"), ("trailer without a name", b"0\r\n: x\r\n\r\n"),
                       ("folded trailer", b"0\r\nX: a\r\n b\r\n\r\n"), ("blank before a trailer's colon", b"0\r\nX : a\r\n\r\n")):
        yield f"chunk: {what}", chunked(body + SMUGGLED), (400,), CLOSE
    yield "chunk: capitals", chunked(b"2F\r\n" + EVENT + b"\r\n0\r\n\r\n"), (200,), OPEN
    yield "chunk: noughts in front", chunked(b"0000002f\r\n" + EVENT + b"\r\n000\r\n\r\n"), (200,), OPEN
    yield "chunk: an extension", chunked(b'2f;name="value"\r\n' + EVENT + b"\r\n0;end\r\n\r\n"), (200,), OPEN
    yield "chunk: a harmless trailer", chunked(b"2f\r\n" + EVENT + b"\r\n0\r\nX-Sum: 1\r\n\r\n"), (200,), OPEN
    yield "chunk: a byte each", chunked(chunks(*(EVENT[i:i + 1] for i in range(len(EVENT))))), (200,), OPEN
    yield "chunk: a million of one byte", chunked(b"1;aaaaaaaaaaaaaaaaaaaaaaaa\r\n \r\n" * 100000), (400,), CLOSE
    yield "chunk: an endless extension", chunked(b"1;" + b"a" * 200000), (400,), CLOSE
    yield "chunk: endless trailers", chunked(b"0\r\n" + b"X: aaaaaaaaaaaaaaaaaaaaaaaaa\r\n" * 1000), (431,), CLOSE
    yield "chunk: one endless trailer", chunked(b"0\r\nX: " + b"a" * 100000), (431,), CLOSE
    yield "chunk: more than a body may be", chunked(b"80000\r\n" + b" " * 0x80000 + b"\r\n" + b"500000\r\n" + b" " * 0x500000), (413,), CLOSE
    yield "chunk: no last one", chunked(b"2f\r\n" + EVENT + b"\r\n"), (), CUT


def request_lines():
    for what, line, status in (
            ("unknown method", b"BREW /healthz HTTP/1.1", 501), ("method of WebDAV", b"PROPFIND /healthz HTTP/1.1", 501),
            ("TRACE", b"TRACE /healthz HTTP/1.1", 501), ("CONNECT", b"CONNECT h:443 HTTP/1.1", 501), ("PATCH is known, not taken", b"PATCH /healthz HTTP/1.1", 405),
            ("lower case", b"get /healthz HTTP/1.1", 400), ("no method", b" /healthz HTTP/1.1", 400), ("two blanks", b"GET  /healthz HTTP/1.1", 400),
            ("tab", b"GET\t/healthz HTTP/1.1", 400), ("NUL in the method", b"G\x00T /healthz HTTP/1.1", 400), ("long method", b"A" * 5000 + b" / HTTP/1.1", 400),
            ("blank behind", b"GET /healthz HTTP/1.1 ", 400), ("blank in the target", b"GET /health z HTTP/1.1", 400), ("no version", b"GET /healthz", 505),
            ("HTTP/0.9", b"GET /healthz HTTP/0.9", 505), ("HTTP/1.2", b"GET /healthz HTTP/1.2", 505), ("HTTP/2.0", b"GET /healthz HTTP/2.0", 505),
            ("HTTP/3", b"GET /healthz HTTP/3", 505), ("HTTP/1.10", b"GET /healthz HTTP/1.10", 505), ("HTTP/01.1", b"GET /healthz HTTP/01.1", 505),
            ("http/1.1", b"GET /healthz http/1.1", 400), ("HTTPS/1.1", b"GET /healthz HTTPS/1.1", 400), ("ICE/1.0", b"GET /healthz ICE/1.0", 400),
            ("RTSP/1.0", b"GET /healthz RTSP/1.0", 400), ("full-width version", "GET /healthz HTTP/１.1".encode(), 505),
            ("no target", b"GET HTTP/1.1", 400), ("no slash", b"GET healthz HTTP/1.1", 400), ("star", b"GET * HTTP/1.1", 400),
            ("fragment", b"GET /healthz#x HTTP/1.1", 400), ("raw UTF-8", "GET /é HTTP/1.1".encode(), 400), ("broken UTF-8", b"GET /\xff\xfe HTTP/1.1", 400),
            ("ESC", b"GET /\x1b[31m HTTP/1.1", 400), ("DEL", b"GET /\x7f HTTP/1.1", 400), ("authority", b"GET h:80 HTTP/1.1", 400),
            ("other scheme", b"GET ftp://h/healthz HTTP/1.1", 400), ("file", b"GET file:///etc/passwd HTTP/1.1", 400), ("script", b"GET javascript:x HTTP/1.1", 400),
            ("absolute without a path", b"GET http://h HTTP/1.1", 400), ("long target", b"GET /" + b"a" * 8200 + b" HTTP/1.1", 414),
            ("long query", b"GET /healthz?" + b"a" * 8200 + b" HTTP/1.1", 414), ("endless target", b"GET /" + b"a" * 2000000, 414)):
        yield f"line: {what}", get(line), (status,), OPEN if status == 405 else CLOSE
    for what, target, status in (
            ("up and away", b"/../../etc/passwd", 404), ("up, escaped", b"/%2e%2e/%2e%2e/etc/passwd", 404), ("doubly escaped", b"/%252e%252e/x", 404),
            ("backslashes", b"/..\\..\\x", 404), ("two slashes", b"//healthz", 404), ("slash behind", b"/healthz/", 200), ("escaped name", b"/%68ealthz", 404),
            ("escaped NUL", b"/healthz%00", 404), ("broken escape", b"/v1/projects/%zz/settings", 400), ("cut escape", b"/v1/projects/%2/settings", 400),
            ("escaped bad UTF-8", b"/v1/projects/%ff%fe/settings", 400), ("an endless key", b"/v1/projects/" + b"k" * 4000 + b"/settings", 400),
            ("a query", b"/healthz?a=1&a=2", 200), ("a broken query", b"/healthz?%zz", 200), ("absolute", b"http://h/healthz", 200),
            ("absolute, another host", b"http://evil.example/healthz", 200), ("absolute, with a user", b"http://a:b@h/healthz", 200), ("matrix", b"/healthz;a=b", 404)):
        yield f"target: {what}", get(b"GET " + target + b" HTTP/1.1"), (status,), OPEN
    yield "target: star for OPTIONS", get(b"OPTIONS * HTTP/1.1"), (404,), OPEN
    yield "line: empty one in front", b"\r\n" + GET, (200,), OPEN
    yield "line: two empty ones in front", b"\r\n\r\n" + GET, (400,), CLOSE
    yield "line: endless empty ones", b"\r\n" * 100000, (400,), CLOSE
    yield "line: bare LF", b"GET /healthz HTTP/1.1\nHost: h\n\n", (400,), CLOSE
    yield "line: bare CR", b"GET /healthz HTTP/1.1\rHost: h\r\r", (400,), CLOSE
    yield "line: nothing but zeros", b"\x00" * 4096, (400,), CLOSE
    yield "line: noise", bytes((i * 197 + 31) % 256 for i in range(4096)), (400,), CLOSE
    yield "TLS hello", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x55" * 200, (400,), CLOSE
    yield "HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", (400,), CLOSE
    yield "SSH", b"SSH-2.0-OpenSSH_9.2\r\n\r\n", (400,), CLOSE
    yield "SMTP", b"EHLO mail.example\r\nMAIL FROM:<a@b>\r\n\r\n", (501,), CLOSE
    yield "Redis", b"*1\r\n$4\r\nINFO\r\n\r\n", (400,), CLOSE
    yield "proxy protocol", b"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n" + GET, (400,), CLOSE
    yield "HTTP/1.0 without Host", b"GET /healthz HTTP/1.0\r\n\r\n", (200,), CLOSE
    yield "HTTP/1.0 that asks to be kept", b"GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" + GET, (200,), CLOSE


def fields():
    for what, host in (("none", b""), ("two", HOST + HOST), ("two that differ", HOST + b"Host: evil\r\n"), ("empty", b"Host:\r\n"), ("with a path", b"Host: h/x\r\n"),
                       ("with a user", b"Host: a@h\r\n"), ("a list", b"Host: a, b\r\n"), ("with a blank", b"Host: a b\r\n"), ("NUL", b"Host: h\x00\r\n"),
                       ("UTF-8", "Host: é\r\n".encode()), ("a script", b"Host: <script>\r\n"), ("blank before the colon", b"Host : h\r\n")):
        yield f"Host: {what}", get(host=host), (400,), CLOSE
    for what, field, status in (
            ("folded", b"X: a\r\n b", 400), ("folded with a tab", b"X: a\r\n\tb", 400), ("no colon", b"Nonsense", 400), ("no name", b": x", 400),
            ("blank in the name", b"X Y: a", 400), ("parenthesis", b"X(: a", 400), ("UTF-8 in the name", "É: a".encode(), 400), ("NUL", b"X: \x00", 400),
            ("ESC", b"X: \x1b[2J", 400), ("DEL", b"X: \x7f", 400), ("bare CR", b"X: a\rY: b", 400), ("bare LF", b"X: a\nY: b", 400), ("CR CR LF", b"X: a\r", 400),
            ("a field of 17 KB", b"X: " + b"a" * 17000, 431), ("a name of 17 KB", b"X" * 17000 + b": a", 431), ("70 fields", b"\r\n".join([b"X: a"] * 70), 431),
            ("10,000 fields", b"\r\n".join([b"X: a"] * 10000), 431), ("endless fields", b"X: " + b"a" * 3000000, 431), ("Expect something else", b"Expect: 200-ok", 417)):
        yield f"field: {what}", get(b"GET /healthz HTTP/1.1", field), (status,), CLOSE
    for what, field in (("broken UTF-8 in a value", b"X: \xff\xfe"), ("tab in a value", b"X: a\tb"), ("empty value", b"X:"), ("upgrade to h2c", b"Connection: Upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__"),
                        ("upgrade to WebSocket", b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="), ("Content-Length of nought", b"Content-Length: 0"),
                        ("X-Forwarded-For", b"X-Forwarded-For: 127.0.0.1"), ("X-HTTP-Method-Override", b"X-HTTP-Method-Override: DELETE"), ("a Range", b"Range: bytes=0-0,0-0,0-0"),
                        ("15 KB in 60 fields", b"\r\n".join([b"X: " + b"a" * 250] * 60))):
        yield f"field: {what}", get(b"GET /healthz HTTP/1.1", field), (200,), OPEN
    yield "field: Connection: close", get(b"GET /healthz HTTP/1.1", b"Connection: close") + SMUGGLED, (200,), CLOSE
    yield "field: Connection: close, keep-alive", get(b"GET /healthz HTTP/1.1", b"Connection: close, keep-alive") + SMUGGLED, (200,), CLOSE
    yield "field: a proxy's connection", get(b"GET /healthz HTTP/1.1", b"Proxy-Connection: close"), (200,), CLOSE
    for what, value in (("none", None), ("no scheme", b"wk"), ("unknown scheme", b"Digest x"), ("broken base64", b"Basic !!!"), ("empty Basic", b"Basic "),
                        ("another key", b"Basic b3RoZXI6"), ("NUL in the key", b"Basic d2sAOg=="), ("a longer key", b"Bearer wkx"), ("8 KB", b"Bearer " + b"w" * 8000)):
        yield f"write key: {what}", sized(KEYLESS, *([] if value is None else [b"Authorization: " + value]), path=b"/v1/track"), (401,), OPEN


def bodies():
    """With a write key: what is inside is looked at."""
    key = b"Authorization: Bearer wk"
    bomb = gzip.compress(b" " * (50 << 20))
    for what, body, status in (
            ("nothing", b"", 400), ("a brace", b"{", 400), ("zeros", b"\x00" * 100, 400), ("broken UTF-8", b'{"userId":"\xff\xfe","event":"e"}', 400),
            ("overlong UTF-8", b'{"userId":"\xc0\xaf","event":"e"}', 400), ("a lone surrogate", b'{"userId":"\\ud800","event":"e"}', 400), ("BOM", b"\xef\xbb\xbf" + EVENT, 400),
            ("UTF-16", EVENT.decode().encode("utf-16"), 400), ("100,000 levels", b"[" * 100000, 400), ("NaN", b'{"a":NaN}', 400), ("two documents", EVENT + EVENT, 400),
            ("a member twice", b'{"userId":"a","userId":"b","event":"e"}', 400), ("single quotes", b"{'userId':'a'}", 400), ("a comment", b"{} // x", 400), ("XML", b"<?xml version='1.0'?><a/>", 400),
            ("a form", b"userId=a&event=e", 400), ("escaped NUL", b'{"userId":"a\\u0000","event":"e"}', 400), ("1e999", b'{"userId":"a","event":"e","properties":{"x":1e999}}', 400),
            ("a list", b"[]", 200), ("a number", b"7", 200), ("null", b"null", 200), ("an empty object", b"{}", 200), ("an id of 1 MB", json.dumps({"userId": "a" * 1000000, "event": "e"}).encode(), 200),
            ("a 30-digit number", b'{"userId":"a","event":"e","properties":{"x":123456789012345678901234567890}}', 400), ("a million commas", b"[" + b"0," * 1000000 + b"0]", 200),
            ("a million empty lists and more", b"[" + b"[]," * 1100000 + b"[]]", 413), ("__proto__", b'{"userId":"a","event":"e","properties":{"__proto__":{"x":1}}}', 200),
            ("gzip, cut", gzip.compress(EVENT)[:-4], 400), ("gzip, broken", gzip.compress(EVENT)[:12] + b"\xff" * 20, 400), ("gzip, wrong sum", gzip.compress(EVENT)[:-8] + b"\x00" * 8, 400),
            ("gzip, something behind", gzip.compress(EVENT) + b"x", 400), ("gzip, its head alone", b"\x1f\x8b", 400), ("gzip in gzip", gzip.compress(gzip.compress(EVENT)), 400),
            ("gzip bomb of 50 MB", bomb, 413), ("gzip bomb in a bomb", gzip.compress(bomb), 400), ("zlib without gzip's head", zlib.compress(EVENT), 400)):
        yield f"body: {what}", sized(body, key), (status,), OPEN
    yield "body: 10,001 events", sized(b'{"batch":[' + b"{}," * 10000 + b"{}]}", key, path=b"/v1/batch"), (413,), OPEN
    yield "body: a batch that is none", sized(b'{"batch":7}', key, path=b"/v1/batch"), (200,), OPEN
    yield "body: batches in a batch", sized(b'{"batch":[{"type":"batch","batch":[{"type":"batch"}]}]}', key, path=b"/v1/batch"), (200,), OPEN
    yield "body: 6 MB announced", post(b"Content-Length: 6000000", key), (413,), CLOSE
    yield "body: gzip said, plain sent", sized(EVENT, key, b"Content-Encoding: gzip"), (200,), OPEN
    yield "body: a type of another world", sized(EVENT, key, b"Content-Type: multipart/form-data; boundary=x"), (200,), OPEN
    yield "body: more than announced", post(b"Content-Length: 5", key, body=EVENT + b"\r\n\r\n"), (400, 400), CLOSE
    yield "body: less than announced", post(b"Content-Length: 500", key, body=EVENT), (), CUT
    yield "head: cut", b"GET /healthz HTTP/1.1\r\nHost: h\r\n", (), CUT
    yield "line: cut", b"GET /heal", (), CUT
    yield "nothing", b"", (), CUT
    yield "hook: unknown", sized(EVENT, path=b"/hooks/nobody"), (404,), OPEN
    yield "hook: unsigned", sized(EVENT, path=b"/hooks/shop"), (401,), OPEN
    yield "hook: no name", sized(EVENT, path=b"/hooks/"), (404,), CLOSE
    yield "hook: a signature of 8 KB", sized(EVENT, b"X-Shop-Signature: " + b"a" * 8000, path=b"/hooks/shop"), (401,), OPEN
    here = b"Host: localhost\r\n"
    yield "administration: no token", get(b"GET /api/journeys HTTP/1.1", host=here), (401,), OPEN
    yield "administration: another token", get(b"GET /api/journeys HTTP/1.1", b"Authorization: Bearer x", host=here), (401,), OPEN
    yield ("administration: an image without a token",
           get(b"PUT /api/program HTTP/1.1", b"Content-Length: 67108864", host=here), (401,), CLOSE)
    yield "administration: a name that leads here by chance", get(b"GET /api/journeys HTTP/1.1"), (421,), OPEN


def pipelines():
    yield "pipeline: good, bad, good", GET + b"nonsense\r\n\r\n" + GET, (200, 400), CLOSE
    yield "pipeline: 1,000 at once", GET * 1000, (200,) * 1000, OPEN
    yield "pipeline: answers stay in order", GET + get(b"GET /nowhere HTTP/1.1") + sized(EVENT, b"Authorization: Bearer wk") + GET, (200, 404, 200, 200), OPEN
    yield "pipeline: 100 refused", sized(KEYLESS) * 100, (401,) * 100, OPEN
    yield "pipeline: good, then cut", GET + b"GET /heal", (200,), CUT
    yield "pipeline: two answers are kept apart by HEAD", get(b"HEAD /healthz HTTP/1.1") + GET, (200, 200), OPEN


ROWS = [row for family in (lengths, bad_chunks, request_lines, fields, bodies, pipelines) for row in family()]
