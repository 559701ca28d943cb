"""
Which words name a thing: what a retelling may not exchange, as it may a verb.

English: whatever is not among the common words that any retelling may bring in. Chinese: the nouns of the dictionary,
and words that it does not know.
"""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from csassist.core.text import HAN_CHARACTER, word_set
from knowledge.tokenizing import chinese_words, index_tokens, is_chinese_noun

COMMON_WORDS = Path(__file__).with_name("common_words.txt")
# Nouns that name nothing in particular.
_COMMON_CHINESE = word_set(
    """
    问题 情况 方法 方式 时间 时候 内容 信息 部分 原因 结果 要求 条件 步骤 产品 商品 客户 用户 顾客 功能 说明 服务 东西
    事项 事情 过程 地方 方面 范围 程度 状态 规定 规则 标准 前提 期间 同时 附近 旁边 朋友 先生 女士 文章 设备 故障 钱款
    款项 手机 移动电话 电话 家里 家中 按键 按钮 小灯 物流 单子 数量 金额 费用 价格 选项 页面 界面 左右 上方 下方 大约
    全部 整个 一般 通常 以上 以下 之内 人员 专人 我司 公司 个别 根据 差不多 联络 核实 复原
    """
)
# Things that the dictionary takes for actions, and those of one sign.
_NAMED_CHINESE = word_set("锁 灯 门 卡 表 阀 泵 网 屏 窗 墙 访客 运费 包裹 保险 保修 快递 会议 编码 补贴 抽奖 结算")
# Different words for one thing.
_SAME_THING = (
    "parcel package packet shipment", "email mail e-mail", "home house", "phone mobile smartphone cellphone telephone",
    "refund refunds reimbursement money", "picture image photo", "website site web", "app application",
    "order purchase", "invoice bill", "zip postcode postal", "tv television", "lamp bulb light",
)  # fmt: skip


def things(terms: Iterable[str], text: str) -> frozenset[str]:
    """The things that a text names: English stems, taken from its `terms`, and Chinese words."""
    latin = (term for term in terms if len(term) > 2 and term.isalpha() and not HAN_CHARACTER.search(term))
    return frozenset(
        [term for term in latin if term not in _common_stems()]
        + [word for word in chinese_words(text) if _is_chinese_thing(word)]
    )


def is_common(term: str) -> bool:
    """Whether an English term is a word that any retelling may bring in."""
    return term in _common_stems()


def is_named(sign: str) -> bool:
    """Whether a Han sign alone names a thing (锁, 灯)."""
    return sign in _NAMED_CHINESE


def same_things(thing: str) -> frozenset[str]:
    """A thing with the other words for it."""
    return _synonyms().get(thing, frozenset({thing}))


def _is_chinese_thing(word: str) -> bool:
    if word in _NAMED_CHINESE:
        return True
    return len(word) > 1 and is_chinese_noun(word) and word not in _COMMON_CHINESE


@lru_cache(maxsize=1)
def _common_stems() -> frozenset[str]:
    lines = COMMON_WORDS.read_text(encoding="utf-8").splitlines()
    return frozenset(term for line in lines if not line.startswith("#") for term in index_tokens(line))


@lru_cache(maxsize=1)
def _synonyms() -> dict[str, frozenset[str]]:
    groups = [frozenset(index_tokens(listed)) for listed in _SAME_THING]
    return {term: group for group in groups for term in group}
