"""Write ``sample.md`` anew: ``PYTHONPATH=src python -m tests.brief.golden``; then read the difference."""

from pathlib import Path

from tests.brief.sample import sample
from tidewaiter.brief.markdown import render_markdown

if __name__ == "__main__":
    Path(__file__).with_name("sample.md").write_text(render_markdown(sample()), encoding="utf-8")
