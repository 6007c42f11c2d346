"""Small faults in a module's syntax tree, each of which a test of a rule should notice; pure.

Texts, annotations and imports are left as they are: rules are what is tried.
"""

from __future__ import annotations

import ast
import difflib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar

MemberT = TypeVar("MemberT")

_COMPARISONS: Final[dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_SUMS: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.LShift: ast.RShift,
}
_TWINS: Final = {"any": "all", "all": "any", "min": "max", "max": "min"}
_TYPES: Final = {"annotation", "returns", "decorator_list", "bases", "type_params"}


@dataclass(frozen=True, slots=True)
class Mutation:
    """One fault: ``change`` puts it into the tree that it was found in."""

    statement: ast.stmt
    line: int
    lines: frozenset[int]
    """a test that runs none of them cannot notice"""
    change: Callable[[], object]

    def difference(self) -> str:
        """Put the fault in and return what it changed, as lines with - and +."""
        before = ast.unparse(self.statement).splitlines()
        self.change()
        after = ast.unparse(self.statement).splitlines()
        lines = difflib.unified_diff(before, after, n=0, lineterm="")
        return "\n".join(line for line in lines if line[:2] not in {"--", "++", "@@"})


def mutations(tree: ast.Module) -> Iterator[Mutation]:
    """Yield every fault of ``tree``, in an order that depends on its text alone."""
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and not _is_left_alone(node):
            for line, change in _changes(node, node):
                yield Mutation(node, line, _header(node) | {line}, change)


def _is_left_alone(node: ast.stmt) -> bool:
    if isinstance(node, ast.AnnAssign):
        return ast.unparse(node.annotation) == "TypeAlias"
    is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    is_proven = ast.unparse(node).startswith("assert_never(")
    return is_text or is_proven or isinstance(node, ast.Import | ast.ImportFrom | ast.ClassDef)


def _header(node: ast.stmt) -> frozenset[int]:
    """Return the lines of ``node`` without those of the statements inside it."""
    inner = [n.lineno for n in ast.walk(node) if isinstance(n, ast.stmt) and n is not node]
    end = min(inner) - 1 if inner else node.end_lineno or node.lineno
    return frozenset(range(node.lineno, max(end, node.lineno) + 1))


def _changes(node: ast.AST, statement: ast.stmt) -> Iterator[tuple[int, Callable[[], object]]]:
    for name, value in ast.iter_fields(node):
        for place, child in enumerate(value if isinstance(value, list) else [value]):
            if name in _TYPES or not isinstance(child, ast.AST):
                continue
            if isinstance(value, list):
                put: Callable[[ast.AST], object] = partial(value.__setitem__, place)
            else:
                put = partial(setattr, node, name)
            if not isinstance(child, ast.stmt) and not _is_text(child):
                at = getattr(child, "lineno", statement.lineno)
                yield from ((at, partial(put, new)) for new in _instead_of(child))
                yield from _changes(child, statement)
    if node is statement:
        yield from ((statement.lineno, change) for change in _of_statement(statement))
    if isinstance(node, ast.match_case | ast.comprehension):
        yield from ((statement.lineno, change) for change in _of_guards(node))


def _instead_of(node: ast.AST) -> Iterator[ast.expr]:
    """Yield what may stand in place of an expression."""
    match node:
        case ast.Compare(left, [operator], [right]):
            for other in _COMPARISONS[type(operator)]:
                yield ast.Compare(left, [other()], [right])
        case ast.BoolOp(operator, values):
            yield ast.BoolOp(ast.Or() if isinstance(operator, ast.And) else ast.And(), values)
            for rest in _without_one(values):
                yield ast.BoolOp(operator, rest) if len(rest) > 1 else rest[0]
        case ast.UnaryOp(ast.Not(), operand):
            yield operand
        case ast.IfExp(test, body, orelse):
            yield ast.IfExp(test, orelse, body)
        case ast.Call(ast.Name(name), arguments, keywords) if name in _TWINS:
            yield ast.Call(ast.Name(_TWINS[name], ast.Load()), arguments, keywords)
        case _:
            yield from _other_values(node)


def _other_values(node: ast.AST) -> Iterator[ast.expr]:
    match node:
        case ast.BinOp(left, operator, right) if type(operator) in _SUMS:
            yield ast.BinOp(left, _SUMS[type(operator)](), right)
        case ast.Constant(bool(truth)):
            yield ast.Constant(not truth)
        case ast.Constant(int(number) | float(number)):
            yield from (ast.Constant(number + 1), ast.Constant(number - 1))
        case ast.Set(members) if _is_enumeration(members):
            yield from (ast.Set(rest) for rest in _without_one(members))
        case ast.Tuple(members, ast.Load()) if _is_enumeration(members):
            yield from (ast.Tuple(rest, ast.Load()) for rest in _without_one(members))
        case ast.Call(function, members, keywords) if _is_enumeration(members):
            yield from (ast.Call(function, rest, keywords) for rest in _without_one(members))
        case ast.Dict(keys, values) if len(keys) > 1:
            pairs = zip(_without_one(keys), _without_one(values), strict=True)
            yield from (ast.Dict(*pair) for pair in pairs)
        case _:
            pass


def _of_statement(node: ast.stmt) -> Iterator[Callable[[], object]]:
    """Yield what may happen to a statement as a whole."""
    match node:
        case ast.Return(value) if value and not _is_none(value):
            yield partial(setattr, node, "value", ast.Constant(None))
        case ast.If(test) | ast.While(test) if not isinstance(test, ast.Compare | ast.UnaryOp):
            yield partial(setattr, node, "test", ast.UnaryOp(ast.Not(), test))
        case ast.Match(cases=cases) if len(cases) > 1:
            lost = cases[:-1] if _is_idle(cases[-1]) else cases
            yield from (partial(cases.remove, one) for one in lost)
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield partial(setattr, node, "__class__", ast.Pass)
        case ast.Expr() | ast.AugAssign() | ast.Raise() | ast.Continue() | ast.Delete():
            yield partial(setattr, node, "__class__", ast.Pass)
        case _:
            pass


def _of_guards(node: ast.AST) -> Iterator[Callable[[], object]]:
    """Yield how a condition of a case, or of a comprehension, may be lost."""
    match node:
        case ast.match_case(guard=ast.expr()):
            yield partial(setattr, node, "guard", None)
        case ast.comprehension(ifs=[_, *_]):
            yield partial(setattr, node, "ifs", [])
        case _:
            pass


def _is_idle(last: ast.match_case) -> bool:
    """Whether nothing comes of the last case, or mypy proves that it never comes."""
    return ast.unparse(last.body[0]).startswith(("pass", "assert_never"))


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_enumeration(members: list[ast.expr]) -> bool:
    """Whether nobody unpacks them by place: only names of members, or calls of one name."""
    plain = all(isinstance(one, ast.Attribute | ast.Starred) for one in members)
    calls = {ast.unparse(one.func) if isinstance(one, ast.Call) else "" for one in members}
    return len(members) > 1 and (plain or (len(calls) == 1 and "" not in calls))


def _without_one(members: Sequence[MemberT]) -> Iterator[list[MemberT]]:
    for place in range(len(members)):
        yield [*members[:place], *members[place + 1 :]]


def _is_text(node: ast.AST) -> bool:
    """Whether ``node`` is words for a person, or a choice of them."""
    match node:
        case ast.JoinedStr() | ast.keyword("expected" | "actual" | "next_step"):
            return True
        case ast.BoolOp(ast.Or(), [*_, ast.Constant(str()) | ast.Name("UNKNOWN")]):
            return True
        case _:
            return False
