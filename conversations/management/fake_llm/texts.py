"""What the upstream double says when it says more than numbers."""

MARKDOWN = """\
## Why the sky is blue

Sunlight *looks* white, but it is a **mixture** of colours. Air scatters `short` wavelengths far more
than long ones, so blue light reaches your eyes from every part of the sky.[^1]

### How much more

The strength grows with the fourth power of the frequency: $I \\propto 1/\\lambda^4$, or

$$
\\frac{I_{450}}{I_{650}} = \\left(\\frac{650}{450}\\right)^4 \\approx 4.4
$$

It costs between $5 and $10 to try at home.

| colour | wavelength (nm) | scattered |
|:-------|----------------:|:---------:|
| violet |             400 |    9.4    |
| blue   |             450 |    5.9    |
| red    |             700 |    1.0    |

1. Take a torch.
2. Fill a glass with water
   - add a *drop* of milk,
   - stir.
3. Look from the side.

- [x] blue from the side
- [ ] red from the front

```python
def scattered(wavelength_nm: float) -> float:
    \"\"\"Relative to red light.\"\"\"
    return (700 / wavelength_nm) ** 4


for name, nm in {"violet": 400, "blue": 450}.items():
    print(f"{name:>8}: {scattered(nm):.1f}")
```

> The same air that colours noon blue
> colours the evening red.

See [the long story](https://example.org/sky) or <https://example.com>; ~~purple~~ violet is scattered even
more, but our eyes see it badly.

[^1]: Named after Lord Rayleigh, who described it in 1871.
"""

UNICODE = (
    "Ça va ? 日本語のテキスト、emoji 👩‍👩‍👧‍👦 and 🇪🇪, "
    "é as two code points, שלום עולם, a line\u2028separator, <b>tags</b>.\n"
)

REFUSAL = "This request was declined."

HOSTILE_MARKDOWN = """\
<script>alert(1)</script><img src=x onerror=alert(1)><svg/onload=alert(1)><iframe src="https://evil.example">

<form action="https://evil.example"><input name=q autofocus onfocus=alert(1)></form>
<style>*{display:none}</style>

[one](javascript:alert(1)) [two](data:text/html;base64,PHNjcmlwdD4=) [three](vbscript:x) <javascript:alert(1)>

[four](java
script:alert(1)) [five](&#106;avascript:alert(1)) [six](https://good.example" onclick="alert(1)) ![seven](https://evil.example/pixel.png)

[eight][ref] and a ``` ` `` <!-- --> ]]> <![CDATA[ &lt;b&gt; &#0; </div></article></body>

[ref]: javascript:alert(1) "title"

```"><script>alert(1)</script>
</code></pre><script>alert(1)</script>
```

| a | <b onmouseover=alert(1)>b</b> |
|---|---|
| `|` | <a href=x>x</a> |

""" + (
    ">" * 60 + " deep\n\n" + "*" * 300 + "a" + "[" * 300 + "\n\n" + "- " * 40 + "list\n\n" + "`" * 99 + "\n"
)
