"""The articles of a case: what each is and how many paragraphs it has, so that a citation can be checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from pydantic import Field

from sim.case.article import Article
from sim.case.case import Case
from sim.inputs.dates import DATES, date_problem
from sim.inputs.errors import InputError, Mistakes, one_of
from sim.inputs.files import read_yaml
from sim.inputs.objects import Strict, checked

FILE = "articles.yaml"


class ArticlesFile(Strict):
    """evidence/articles.yaml: what was read.

    Attributes:
        articles: in any order.
    """

    articles: tuple[Article, ...] = Field(min_length=1)


def load_articles(folder: Path) -> tuple[Article, ...]:
    """The articles of a case's folder, in the order of the file; none where it has no such file.

    Raises:
        InputError: the mistakes in the file.
    """
    path = folder / "evidence" / FILE
    if not path.exists():
        return ()
    stamp = path.stat()
    return _remembered(path, stamp.st_mtime_ns, stamp.st_size)


@lru_cache(maxsize=8)
def _remembered(path: Path, changed: int, size: int) -> tuple[Article, ...]:
    """The articles of a file for as long as it does not change: every scenario of a case cites them."""
    articles = checked(ArticlesFile, read_yaml(path), file=path).articles
    with Mistakes() as mistakes:
        for number, article in enumerate(articles):
            with mistakes.apart():
                _check(path, f"articles[{number}]", article, [other.id for other in articles[:number]])
    return articles


def _check(path: Path, key: str, article: Article, before: Sequence[str]) -> None:
    if article.id in before:
        raise InputError(path, f"{key}.id", f"{article.id!r} is given twice", allowed="each article once")
    for column in ("date", "speaks_of"):
        problem = date_problem(getattr(article, column))
        if problem:
            raise InputError(path, f"{key}.{column}", problem, allowed=DATES)
    for paragraph in article.garbled:
        if not 1 <= paragraph <= article.paragraphs:
            problem = f"{article.id} has no paragraph {paragraph}"
            raise InputError(path, f"{key}.garbled", problem, allowed=f"1 to {article.paragraphs}")


def check_cited(case: Case, file: str | Path, key: str, cited: Mapping[str, Sequence[int]]) -> None:
    """Refuse citations of articles and paragraphs that there are not; a case without articles cites none.

    Args:
        case: whose articles are cited.
        file, key: where the citations stand.
        cited: paragraphs by article.

    Raises:
        InputError: the mistakes.
    """
    lengths = {article.id: article.paragraphs for article in load_articles(case.folder)}
    with Mistakes() as mistakes:
        for article, paragraphs in cited.items():
            with mistakes.apart():
                one_of(file, f"{key}.{article}", article, lengths, "an article", lengths or "none: the case has none")
                for paragraph in paragraphs:
                    if not 1 <= paragraph <= lengths[article]:
                        problem = f"there is no paragraph {paragraph}"
                        raise InputError(file, f"{key}.{article}", problem, allowed=f"1 to {lengths[article]}")
