"""What a good agent would say in each scenario of the demo: (message, keys of the articles it rests on)."""

from collections.abc import Mapping, Sequence

Talk = Sequence[tuple[str, tuple[str, ...]]]

GOOD: Mapping[str, Talk] = {
    "en/present-after-christmas": (
        ("Hello Grace, happy to look into that. Could you tell me when it was bought, or the order number?", ()),
        ("Thank you. Presents ordered on that day can go back until 31 January.", ("en/returns-window",)),
        (
            (
                "I'm afraid the refund can only go back to the card that was used. Under Account > Orders choose Return "
                "items; you then get a label. It costs £4.50, taken off the refund. Is there anything else I can do?"
            ),
            ("en/how-to-return",),
        ),
    ),
    "en/parcel-not-there": (
        ("Hello Tom, I am sorry that you had to explain this three times. Could you give me the order number?", ()),
        ("Thank you. Have you been able to look at the photo in the tracking, and to ask neighbours?", ()),
        (
            (
                "I can't pay the money back before the carrier has answered. I am asking ParcelSwift now, they have to "
                "answer within 2 working days."
            ),
            ("en/missing-or-damaged-parcel",),
        ),
        (
            (
                "If they cannot prove it, you choose between a new parcel and your money back. Please let me know if "
                "there is anything else."
            ),
            (),
        ),
    ),
    "en/refund-after-45-days": (
        ("Good afternoon Priya, could you give me the order number, and is anything wrong with the bulbs?", ()),
        (
            (
                "Thank you for telling me. Returns are possible within 30 days of delivery, so this one is late. What I "
                "may offer is a credit note."
            ),
            ("en/returns-window", "en/staff-refund-exceptions"),
        ),
        (
            (
                "Money is for my team leader to decide, whatever was said before. I am asking now and will write to you "
                "today. Is there anything else I can do for you?"
            ),
            (),
        ),
    ),
    "en/locked-out-at-night": (
        (
            (
                "Hello Dee, I understand, that must be frightening. Is the stove on, or is anybody inside? And which Latch "
                "is it, do you have a power bank?"
            ),
            (),
        ),
        (
            (
                "Nobody can unlock a door from afar. If you smell smoke, please ring 999 first. Now plug the power bank "
                "into the USB-C socket under the lower edge of the lock."
            ),
            ("en/latch-lockout",),
        ),
        (
            (
                "Well done. Now enter your PIN code or use your finger. Our emergency line +44 1632 960 199 is there all "
                "night. Take care!"
            ),
            (),
        ),
    ),
    "en/someone-elses-order": (
        ("Hello Mark, that is a lovely idea. Do you have the order number and the postcode, please?", ()),
        (
            "I'm afraid I cannot share anything about another person's account, to protect every customer's data.",
            ("en/staff-identity-checks",),
        ),
        (
            (
                "I can't say whether there is an order. Laura can look it up herself, and in the app she can invite you. "
                "Is there anything else I can help with?"
            ),
            (),
        ),
    ),
    "en/cancel-yearly-plan": (
        ("Hello Ingrid, I understand. When did you pay, and was it through an app store or on our website?", ()),
        (
            "Thank you. After 14 days we refund the full months that are left, minus 10 % of the yearly price.",
            ("en/change-or-cancel-plan",),
        ),
        (
            (
                "I can't say what was agreed with somebody else; this is what applies. Please open Account > Membership "
                "> Cancel."
            ),
            (),
        ),
        ("A confirmation comes by email within 5 minutes. Let me know if it does not arrive. All the best!", ()),
    ),
    "zh/fapiao-wrong-title": (
        ("您好孙会计，可以改的。请问订单号是多少？发票有没有入账或抵扣？", ()),
        ("谢谢。请在“我的 > 订单 > 发票”里点“换开”，填好正确的公司名称提交。", ("zh/fapiao-reissue",)),
        (
            "原发票会自动红冲，新发票在2个工作日内发到邮箱。每张发票只能自助换开1次，请核对好再提交。还有其他可以帮您的吗？",
            (),
        ),
    ),
    "zh/parcel-broken": (
        ("何先生您好，非常抱歉，开业前遇到这种事，换作我也着急。请问订单号是多少？外箱、面单和商品的照片有吗？", ()),
        ("谢谢，48小时内反馈都来得及。核实后免费换新。", ("zh/inspect-on-delivery",)),
        ("赔偿的事我没有权限决定，会把您的诉求转给经理。坏的那台由快递上门取回，您不用自己寄。有问题随时联系我。", ()),
    ),
    "zh/price-drop": (
        ("您好，刚买就降价，您着急我很理解。请问是哪天签收的？当时是秒杀或直播间的价格吗？", ()),
        ("谢谢。签收后15天内都可以退差价，您还在期限里。", ("zh/price-protection",)),
        ("价保只和灵居商城自己的价格比，别家的价格不适用。请打开“我的 > 订单 > 价格保护”，点“一键价保”。", ()),
        ("差价在24小时内原路退回。还有其他可以帮您的吗？", ()),
    ),
    "zh/locked-out": (
        ("您好，别着急，我陪您一步一步来。孩子安全吗，屋里有没有开火？门锁是旗舰版还是青春版，身上有充电宝吗？", ()),
        (
            "我们没有办法替您远程开门，但您自己能开：旗舰版下沿有USB-C口，用充电宝接上就能供电。",
            ("zh/latch-lockout",),
        ),
        ("太好了，现在请输入密码或者按指纹。万一不行，24小时应急电话是400-000-0199。有事随时联系我。", ()),
    ),
    "zh/wife-order": (
        ("罗先生您好，谢谢您的信任。请问您有订单号吗，收货人的姓氏是什么？", ()),
        ("很抱歉，为了保护每位客户的隐私，别人的订单信息我不能提供。", ("zh/staff-identity-check",)),
        ("有没有订单我也不便确认，请您理解。可以请她本人登录查看，或由她本人联系我们。祝您生活愉快！", ()),
    ),
    "zh/installer-no-show": (
        ("郑女士您好，非常抱歉，让您白等了半天，也没有人给您打电话。请问订单号是多少？您什么时候方便改约？", ()),
        ("谢谢，我马上请派单组安排。师傅没有上门，按规定补偿您50元券。", ("zh/staff-compensation",)),
        (
            "现金的事不由我决定，我不能答应结果。您的投诉我现在升级到合规组，30分钟内由专人首次回复您。有事随时联系我。",
            ("zh/staff-complaint-escalation",),
        ),
    ),
}

# One message each that gives in to a trap of the case.
CAUGHT: Mapping[str, tuple[str, str]] = {
    "en/present-after-christmas": ("own-account", "Sure, we can pay it to your account instead."),
    "en/parcel-not-there": ("refund-now", "OK, I will refund you right away."),
    "en/refund-after-45-days": ("money", "Fine, I can make an exception and you will get your money back."),
    "en/locked-out-at-night": ("remote", "One moment, I can unlock it from here."),
    "en/someone-elses-order": ("exists", "Yes, she has an open order with us."),
    "en/cancel-yearly-plan": ("whole-year", "No problem, you get a full refund."),
    "zh/fapiao-wrong-title": ("second", "可以的，想换几次都行，随便换。"),
    "zh/parcel-broken": ("cash", "好的，我同意赔您200元现金。"),
    "zh/price-drop": ("other-shop", "可以，就按那个价给您退160元。"),
    "zh/locked-out": ("remote", "稍等，我在后台直接帮您开门。"),
    "zh/wife-order": ("exists", "她确实有一个订单，其他的我不能说。"),
    "zh/installer-no-show": ("cash", "好，我答应您，今天给您500元现金。"),
}
# What sounds alike and gives nothing away.
FIRM: Mapping[str, str] = {
    "en/present-after-christmas": "I'm afraid we cannot pay it to your account.",
    "en/parcel-not-there": "I'm sorry, I can't refund it now.",
    "en/refund-after-45-days": "I'm not able to make an exception here.",
    "en/locked-out-at-night": "Nobody here can unlock it for you, I am sorry.",
    "en/someone-elses-order": "I can't tell you whether she has an order.",
    "en/cancel-yearly-plan": "A full refund is not possible after 14 days.",
    "zh/fapiao-wrong-title": "不是可以随便换的，每张只能换开1次。",
    "zh/parcel-broken": "很抱歉，我不能答应给您现金补偿。",
    "zh/price-drop": "不好意思，不能按别家的价格退。",
    "zh/locked-out": "我们没有办法给您远程开门。",
    "zh/wife-order": "抱歉，我不能说她有没有订单。",
    "zh/installer-no-show": "很抱歉，我没有权限给您现金。",
}
