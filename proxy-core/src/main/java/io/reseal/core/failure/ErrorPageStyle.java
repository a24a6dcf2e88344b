package io.reseal.core.failure;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;

/** The looks of {@link ErrorPage}, and the policy that lets a browser apply them and nothing else. */
final class ErrorPageStyle {
  static final String CSS = """

      :root{--paper:#f4f5f7;--card:#fff;--ink:#17202b;--soft:#566273;--line:#dce1e7;
        --bad:#b42318;--bad-wash:#fdf0ee;--good:#1a7f4b;--mend:#175cd3;--mend-wash:#eef4fe}
      @media (prefers-color-scheme:dark){:root{--paper:#0e1319;--card:#161d26;--ink:#e7ecf2;
        --soft:#9ba9b9;--line:#2a3542;--bad:#ff8b7e;--bad-wash:#2a1a1b;--good:#5cc98f;
        --mend:#84b3ff;--mend-wash:#152238}}
      *{box-sizing:border-box;margin:0}
      body{background:var(--paper);color:var(--ink);
        font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;
        -webkit-text-size-adjust:100%}
      main{max-width:46rem;margin:0 auto;padding:clamp(1.5rem,6vw,4.5rem) 1.25rem 3rem}
      .status{color:var(--soft);font-size:.875rem;overflow-wrap:anywhere}
      .status b{display:inline-block;margin-right:.5rem;padding:.05rem .55rem;border-radius:1rem;
        background:var(--bad);color:var(--paper);font-variant-numeric:tabular-nums}
      h1{margin:.6rem 0 .4rem;font-size:clamp(1.6rem,5.5vw,2.3rem);line-height:1.15;
        letter-spacing:-.02em;text-wrap:balance}
      .lede{color:var(--soft);font-size:1.1rem;max-width:36rem;text-wrap:pretty}
      .way{display:flex;list-style:none;padding:0;margin:2.25rem 0}
      .way li{flex:1;position:relative;padding-top:1.6rem;min-width:0}
      .way li:last-child{flex:0 1 auto}
      .way li::before{content:"";position:absolute;top:.1rem;left:0;width:1rem;height:1rem;
        border-radius:50%;background:var(--good);z-index:1}
      .way li::after{content:"";position:absolute;top:.5rem;left:1.25rem;right:.25rem;height:0;
        border-top:.16rem solid var(--good)}
      .way li:last-child::after{display:none}
      .way .bad::before{background:var(--bad)}
      .way .bad::after,.way .none::after,.way li:has(+.bad)::after{border-top:.16rem dashed var(--line)}
      .way li:has(+.bad)::after{border-color:var(--bad)}
      .way .none::before{background:var(--paper);border:.16rem solid var(--line)}
      .way span{display:block;font-weight:600}
      .way small{display:block;color:var(--soft);font-size:.8125rem}
      .way .bad small{color:var(--bad)}
      section{background:var(--card);border:1px solid var(--line);border-radius:.75rem;
        padding:1.1rem 1.25rem 1.2rem;margin-top:.9rem}
      h2{font-size:.8125rem;font-weight:600;color:var(--soft);margin-bottom:.45rem}
      section p{overflow-wrap:anywhere;text-wrap:pretty}
      .wrong{border-color:transparent;background:var(--bad-wash)}
      .wrong h2,.verdict{color:var(--bad)}
      .verdict{font-size:1.15rem;font-weight:600;margin-bottom:.3rem}
      .wrong p:last-child::first-letter{text-transform:uppercase}
      .mends{border-color:transparent;background:var(--mend-wash)}
      .mends h2{color:var(--mend)}
      code,dd{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace}
      dl div{display:grid;grid-template-columns:11rem 1fr;gap:0 1rem;padding:.35rem 0;
        border-top:1px solid var(--line)}
      dl div:first-child{border-top:0}
      dt{color:var(--soft);font-size:.875rem}
      dd{font-size:.8125rem;line-height:1.6;overflow-wrap:anywhere}
      footer{margin-top:1.6rem;color:var(--soft);font-size:.875rem}
      footer code{color:var(--ink);user-select:all}
      @media (max-width:34rem){dl div{grid-template-columns:1fr}section{padding:1rem}}
      @media print{body{background:none}section{break-inside:avoid}}
      """;

  /** The value of Content-Security-Policy: this style, and nothing else of any kind. */
  static final String POLICY = "default-src 'none'; style-src 'sha256-" + digest()
      + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private ErrorPageStyle() {}

  private static String digest() {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(CSS.getBytes(StandardCharsets.UTF_8));
      return Base64.getEncoder().encodeToString(hash);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("every Java runtime has SHA-256", impossible);
    }
  }
}
