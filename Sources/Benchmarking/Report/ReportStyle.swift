/// How a report looks: light or dark as the reader's system is, from the width of a phone on.
enum ReportStyle {
    static let sheet = """
        :root {
          color-scheme: light dark;
          --page: #ffffff; --ink: #1f2328; --faint: #59636e; --grid: #d9dee3; --shade: #f3f1e7; --box: #fff4d6;
          --measured: #1f6feb; --first: #c2410c; --second: #15803d; --ideal: #8b949e; --machine: #7c3aed;
          --compute: #1f6feb; --reduce: #7c3aed; --data: #15803d; --waiting: #d97706;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --page: #0f1419; --ink: #e6edf3; --faint: #9aa5b1; --grid: #2d3640; --shade: #1c1d18; --box: #3a2f10;
            --measured: #6cb0ff; --first: #ff9a5c; --second: #56d38a; --ideal: #7d8790; --machine: #c297ff;
            --compute: #4a92f0; --reduce: #a371f7; --data: #3fb56f; --waiting: #e3a03a;
          }
        }
        body { margin: 0 auto; padding: 1rem; max-width: 64rem; background: var(--page); color: var(--ink);
          font: 16px/1.5 system-ui, sans-serif; overflow-wrap: break-word; }
        h1 { font-size: 1.5rem; line-height: 1.25; margin: 0.5rem 0; }
        h2 { font-size: 1.2rem; margin: 2rem 0 0.5rem; }
        p { margin: 0.5rem 0; } li { margin: 0.35rem 0; } ul { padding-left: 1.25rem; }
        .faint, caption, .note { color: var(--faint); }
        .warnings { background: var(--box); border-radius: 6px; padding: 0.5rem 1rem; margin: 1rem 0; }
        .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 1.5rem; }
        figure { margin: 0; min-width: 0; } figure > svg { display: block; width: 100%; height: auto; }
        figcaption { font-weight: 600; margin-bottom: 0.25rem; }
        svg text { font-size: 12px; fill: var(--faint); } svg .label { fill: var(--ink); }
        svg .middle { text-anchor: middle; } svg .end { text-anchor: end; }
        .grid { stroke: var(--grid); stroke-width: 1; fill: none; } .predicted { fill: var(--shade); }
        .line { fill: none; stroke: currentColor; stroke-width: 2; stroke-linejoin: round; }
        .thin { stroke-width: 1.25; } .dashed { stroke-dasharray: 5 4; }
        circle, .bar { fill: currentColor; }
        .measured { color: var(--measured); } .first { color: var(--first); } .second { color: var(--second); }
        .ideal { color: var(--ideal); } .machine { color: var(--machine); } .compute { color: var(--compute); }
        .reduce { color: var(--reduce); } .data { color: var(--data); } .waiting { color: var(--waiting); }
        .legend { list-style: none; display: flex; flex-wrap: wrap; gap: 0 1rem; padding: 0; margin: 0.25rem 0 0;
          font-size: 0.9rem; }
        .legend li { margin: 0; color: var(--ink); } .key { width: 24px; height: 10px; margin-right: 0.4rem; }
        .legend .measured .key { color: var(--measured); } .legend .first .key { color: var(--first); }
        .legend .second .key { color: var(--second); } .legend .ideal .key { color: var(--ideal); }
        .legend .machine .key { color: var(--machine); } .legend .compute .key { color: var(--compute); }
        .legend .reduce .key { color: var(--reduce); } .legend .data .key { color: var(--data); }
        .legend .waiting .key { color: var(--waiting); }
        .scroll { overflow-x: auto; margin: 1rem 0; }
        table { border-collapse: collapse; font-size: 0.9rem; font-variant-numeric: tabular-nums; }
        caption { text-align: left; padding-bottom: 0.25rem; }
        th, td { text-align: right; padding: 0.25rem 0.6rem; border-bottom: 1px solid var(--grid); white-space: nowrap; }
        """
}
