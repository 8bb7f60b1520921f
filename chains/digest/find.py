"""Where a later report speaks of what an earlier one promised: its pieces, the nearest first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chains.claims.amounts import Amount
from chains.digest.agreement import Rarity, grams
from chains.digest.held import Held
from chains.digest.pledges import Pledge, counted, find_pledges
from chains.digest.statements import Statement
from chains.extract import is_ritual
from store.numbering import enumerated_at
from store.script import fold
from store.sentences import Span

_GLOSS = re.compile(r"^[^，。；]{2,24}[：:]\s*[“\"]?[^，。；]{0,12}(?:是?指|即)")
# What only says that the report now begins.
_OPENING = re.compile(
    r"代表[^。]{2,20}政府|向大会报告|(?:^|[,，;；\s])现(?:将|就|把|从|对|分)[^。]*(?:报告|总结|汇报|通报|公布|公开|情况)"
)
# A sentence that only heads what follows it (加强交通执法。).
_HEADS = re.compile(
    r"(?:加强|强化|深化|推进|推动|规范|严格|提升|优化|完善|健全|狠抓|坚持|抓好|做好|落实)[^\d《“，,]{2,12}"
)
_OF_YEAR = re.compile(r"(20\d\d)年(?!度?以来|年?[底末]|以?前|至|结转|遗留|-|~|—)")
_GLOSSARY = re.compile(r"名词|术语|注释|用语")
_ASIDE = re.compile(r"(?<=,)其中[^,。;]*")
_GOES_ON = re.compile(r"其余|另|剩余|余下|尚|但|暂|目前")
_BECAUSE = re.compile(r"因|由于|受")
_UNDONE = re.compile(
    r"(?:尚|还|仍|暂|均|并)?未(?:能|曾|及|如期|按期|按时|全部|全面|完全|正式)*(?:完成|达|设立|设置|开|建|组建|启|上线|落|接入|覆盖|实现|提请|出台|印发|签|到位|投|交付|验收|竣工|完工|通车|通过|招|配|纳入|联通|运行|形成|公布|布展|举办|展开|整改)"
    r"|未(?!成|来)[\u4e00-\u9fff]{1,4}的(?=计划|预计|将|拟|于)|未(?:获|进入)|(?:尚|暂|仍|还)未(?!杜绝|根治|根除|根本|得到|有效|完全(?:解决|消除))|[尚还]缺|没有?能|没有(?:完成|达到|实现|建成|建立|组建|成立|落实|开展|出台|拆除|启动|动工|到位|纳入|配齐|覆盖|按)|(?:尚|仍|还)?待[^,。;]{0,16}(?:完成|系统|联通|验收|审|批|启|建|推|安装|进场|施工|投用|开工|交付|并网)|有待"
    r"|[仅只](?:有|完成|完工|建成|开展|录入|覆盖|实现|达|举办|招|办|到|占)|顺延|推迟|延期|延后|推后|延至|滞后|搁置|暂缓|暂停(?!上岗|评标|[^,。;]{0,4}资格|执业|营业|经营)|落空|其余|剩余|余下|预计(?:明年|下年|次年|20\d\d年)|距[^,。;]{0,12}(?:目标|计划|任务)"
)
_BESIDE = 0.6
"""What a gram counts for that stands in the sentence of a piece and not in the piece itself."""
_TAKEN_UP = 0.4
_FEWEST_TAKEN_UP = 4
_MOST_TAKEN_UP = 0.4
_FEWEST_SHARED = 2
_ABOVE = 0.5
"""The same for one that stands in what names the paragraph, or in the sentence before."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A statement of a report made ready for comparison. Sets are grams, units and figures."""

    statement: Statement
    text: str
    amounts: tuple[Amount, ...]
    own: frozenset[str]
    beside: frozenset[str]
    above: frozenset[str]


@dataclass(frozen=True, slots=True)
class Near:
    """A piece with how much of a promise it and its surroundings hold, 0-1.

    `own` is the piece's own part, `pairs` how many of the promise's pairs of characters it holds itself.
    """

    piece: Piece
    score: float
    own: float
    pairs: int


def takes_up(later: Held, earlier: Held) -> bool:
    """Tell whether much of what one report promises stands in the other, as in the next of the same agency."""
    pledges = find_pledges(earlier)
    finder = Finder(later, pledges)
    found = sum(any(near.score >= _TAKEN_UP for near in finder.near(pledge)[:1]) for pledge in pledges)
    return found >= _FEWEST_TAKEN_UP and found >= _MOST_TAKEN_UP * len(pledges)


def is_unfinished(said: str) -> bool:
    """Tell whether a folded text says that something is left to do."""
    return bool(_UNDONE.search(said))


class Finder:
    """Finds in one report what another promised, among its results or among these statements of it."""

    def __init__(
        self, later: Held, pledges: Iterable[Pledge], among: Sequence[Statement] | None = None
    ) -> None:
        statements = later.results if among is None else among
        self._plain = later.plain
        self._clauses = list(dict.fromkeys(statement.clause for statement in statements))
        self.pieces = [_piece(later, statement) for statement in statements if _tells(later, statement)]
        wordings = [piece.own for piece in self.pieces]
        self._places = {piece.statement.span: at for at, piece in enumerate(self.pieces)}
        self._holding = _index(self.pieces)
        self._told = frozenset[str]().union(*wordings)
        self._by_clause: dict[Span, list[Piece]] = {}
        for piece in self.pieces:
            self._by_clause.setdefault(piece.statement.clause, []).append(piece)
        self.rarity = Rarity([*wordings, *(marks(p.grams, p.amounts) for p in pledges)])

    def after(self, near: Near, pledge: Pledge) -> str:
        """Give a piece, folded, with what its clause says after it and a next one that goes on about it."""
        span = self.reach(near, pledge)
        return _ASIDE.sub("", fold(self._plain[near.piece.statement.span.start : span.end]))

    def clause_after(self, near: Near) -> str:
        """Give what the clause of a piece says after it, folded."""
        statement = near.piece.statement
        return fold(self._plain[statement.span.end : statement.clause.end])

    def clause(self, near: Near) -> str:
        """Give the clause of a piece, folded."""
        return fold(near.piece.statement.clause.of(self._plain))

    def clause_pieces(self, near: Near) -> list[Piece]:
        """Give the pieces of a piece's clause, in order."""
        return self._by_clause[near.piece.statement.clause]

    def reach(self, near: Near, pledge: Pledge) -> Span:
        """Give the stretch from the clause a piece stands in to the end of what goes on about it."""
        statement = near.piece.statement
        end = statement.clause.end
        following = next((clause for clause in self._clauses if clause.start >= end), None)
        if following and not self._opens_a_point(end, following):
            said = fold(following.of(self._plain))
            shared = sum(len(gram) == 2 for gram in grams(said) & pledge.grams)
            left = is_unfinished(said) and shared >= _FEWEST_SHARED and pledge.thing in said
            because = shared and _BECAUSE.match(said)
            if left or because or _GOES_ON.match(said):
                end = following.end
        return Span(statement.clause.start, end)

    def _opens_a_point(self, end: int, following: Span) -> bool:
        """Tell whether a clause begins a line, or a point of an enumeration (二是)."""
        between = self._plain[end : following.start]
        return "\n" in between or enumerated_at(self._plain, following.start) is not None

    def following(self, near: Near) -> Piece | None:
        """Give the next piece of the same clause."""
        at = self._places[near.piece.statement.span] + 1
        piece = self.pieces[at] if at < len(self.pieces) else None
        return piece if piece and piece.statement.clause == near.piece.statement.clause else None

    def names(self, near: Near, pair: str) -> bool:
        """Tell whether a piece, its sentence or what stands above it has a pair of characters."""
        piece = near.piece
        return pair in piece.own or pair in piece.beside or pair in piece.above

    def holds(self, pair: str) -> bool:
        """Tell whether a pair of characters stands in any piece."""
        return pair in self._holding

    def tells(self, pair: str) -> bool:
        """Tell whether a pair of characters stands in a piece itself."""
        return pair in self._told

    def sentence(self, near: Near) -> str:
        """Give the sentence of a piece, folded."""
        return fold(near.piece.statement.sentence.of(self._plain))

    def near(self, pledge: Pledge) -> list[Near]:
        """Give the pieces that share anything with a promise, the nearest first."""
        wanted = {marks(words, pledge.amounts) for words in (pledge.grams, pledge.all_grams)}
        by_words = [self._all_near(words) for words in sorted(wanted, key=len)]
        found = [
            max((nears[at] for nears in by_words if at in nears), key=lambda near: near.score)
            for at in sorted({at for nears in by_words for at in nears})
        ]
        return sorted(found, key=lambda near: -near.score)

    def _all_near(self, wanted: frozenset[str]) -> dict[int, Near]:
        """Weigh the pieces that hold at least a pair of characters of a promise, themselves or beside them."""
        weights = {mark: self.rarity.of(mark) for mark in sorted(wanted)}
        whole = sum(weight for mark, weight in weights.items() if not mark.startswith("="))
        holding = sorted({at for mark in wanted if len(mark) > 1 for at in self._holding.get(mark, ())})
        return {at: self._near(self.pieces[at], weights, whole) for at in holding} if whole else {}

    def _near(self, piece: Piece, weights: dict[str, float], whole: float) -> Near:
        own = near = 0.0
        for mark, weight in weights.items():
            if mark in piece.own:
                own += weight
            elif mark in piece.beside:
                near += weight * _BESIDE
            elif mark in piece.above:
                near += weight * _ABOVE
        pairs = sum(mark in piece.own for mark in weights if len(mark) == 2 and mark.isalnum())
        return Near(piece, (own + near) / whole, own / whole, pairs)


def _index(pieces: list[Piece]) -> dict[str, list[int]]:
    """Give for each mark the numbers of the pieces that hold it, themselves or in their sentence or above."""
    holding: dict[str, list[int]] = {}
    for at, piece in enumerate(pieces):
        for mark in piece.own | piece.beside | piece.above:
            holding.setdefault(mark, []).append(at)
    return holding


def marks(words: frozenset[str], amounts: Iterable[Amount]) -> frozenset[str]:
    """Give grams, the units of figures (#座) and the figures themselves (=23座)."""
    units = {f"#{amount.unit}" for amount in amounts}
    values = {f"={amount.value}{amount.unit}" for amount in amounts if amount.value is not None}
    return words | units | values


def _tells(held: Held, statement: Statement) -> bool:
    """Tell whether a statement could be a result: no title, no opening, no ritual, no line of a glossary."""
    said = statement.span.of(held.plain)
    if statement.span.of(held.text) in held.report.title:
        return False
    year = _OF_YEAR.match(fold(said))
    if year and held.told is not None and int(year[1]) < held.told:
        return False
    if _OPENING.search(statement.sentence.of(held.plain)):
        return False
    if _HEADS.fullmatch(said) and not re.search("[，,；;]", statement.sentence.of(held.plain)):
        return False
    line = held.plain[statement.sentence.start : statement.span.end]
    if _GLOSS.match(line) or _GLOSSARY.search(statement.section.heading):
        return False
    return bool(re.search(r"\d", said)) or not is_ritual(said)


def _piece(held: Held, statement: Statement) -> Piece:
    text = fold(statement.span.of(held.plain))
    amounts = counted(text)
    sentence = fold(statement.sentence.of(held.plain))
    heading = re.sub(r"^\W*[一二三四五六七八九十\d]+\W+", "", fold(statement.section.heading))
    return Piece(
        statement,
        text,
        amounts,
        marks(grams(text), amounts),
        grams(sentence),
        grams(f"{fold(statement.topic)} {heading[:40]}"),
    )
