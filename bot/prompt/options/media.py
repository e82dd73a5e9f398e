"""What pictures are put on or made into, and what that says they are for: 「娘の誕生日カード」."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache

from bot.prompt.options.shapes import LANDSCAPE_16_9, PORTRAIT_9_16, SQUARE, Size


class Purpose(StrEnum):
    """What a picture is to be used for, as far as the words tell; OTHER is anything else."""

    ICON = "icon"
    DESKTOP = "desktop"
    WALLPAPER = "wallpaper"
    THUMBNAIL = "thumbnail"
    HEADER = "header"
    STORY = "story"
    NEW_YEAR_CARD = "new_year_card"
    CARD = "card"
    GIFT = "gift"
    POSTER = "poster"
    STAMP = "stamp"
    GOODS = "goods"
    COVER = "cover"
    DOCUMENT = "document"
    WEBSITE = "website"
    POST = "post"
    DECORATION = "decoration"
    PRINT = "print"
    MATERIAL = "material"
    OTHER = "other"


PURPOSE_SIZES: dict[Purpose, Size] = {
    Purpose.ICON: SQUARE,
    Purpose.DESKTOP: LANDSCAPE_16_9,
    Purpose.WALLPAPER: PORTRAIT_9_16,
    Purpose.THUMBNAIL: LANDSCAPE_16_9,
    Purpose.HEADER: LANDSCAPE_16_9,
    Purpose.STORY: PORTRAIT_9_16,
}
"""The shapes of those that have only one."""

UPRIGHT = frozenset({Purpose.NEW_YEAR_CARD, Purpose.CARD})
"""Those that are cut to an upright card where no other shape is asked for."""

DESK = "(?:PC|パソコン|デスクトップ|モニター|ディスプレイ|タブレット|iPad)"
PHONE = "(?:スマホ|スマートフォン|携帯電話|携帯|ケータイ|iPhone|アイフォーン|アイフォン|Android)"
# What a picture is put on or made into; the end of a noun.
_MEDIA: dict[Purpose, str] = {
    Purpose.ICON: "アイコン(?:画像|写真)?|プロフィール(?:画像|写真)?|プロフ(?:画像|写真|画)?|"
    "アバター|トプ画",
    Purpose.DESKTOP: f"{DESK}用?の?(?:壁紙|背景|待ち受け)",
    Purpose.WALLPAPER: f"待(?:ち受け|受け|受)(?:画面|画像)?|まちうけ|(?:ロック|ホーム)画面|壁紙|"
    f"{PHONE}用?の?背景",
    Purpose.THUMBNAIL: "サムネイル|サムネ",
    Purpose.HEADER: "ヘッダー(?:画像)?|バナー(?:画像)?|カバー(?:画像|写真)",
    Purpose.STORY: "ストーリーズ?",
    Purpose.NEW_YEAR_CARD: "年賀状|年賀(?:はがき|ハガキ|葉書)|年賀",
    Purpose.CARD: "(?:ポスト)?カード|[暑寒]中見舞い|残暑見舞い|はがき|ハガキ|葉書|招待状|挨拶状|"
    "お礼状|手紙|便箋|便せん|名刺",
    Purpose.GIFT: "プレゼント|誕プレ|クリプレ|ギフト|お歳暮|お中元|贈り?物|贈りもの|"
    "おくりもの|お祝い|お土産|おみやげ",
    Purpose.POSTER: "ポスター|チラシ|ちらし|フライヤー|ビラ|看板|パネル|ボード|POP|掲示板|掲示物|"
    "横断幕",
    Purpose.STAMP: "スタンプ|シール|ステッカー",
    Purpose.GOODS: "シャツ|トレーナー|パーカー|バッグ|マグカップ|スマホケース|缶バッ[ジチ]|"
    "キーホルダー|アクキー|グッズ|カレンダー|うちわ|タオル",
    Purpose.COVER: "表紙|ブックカバー|挿絵|挿し絵|さし絵|扉絵|ジャケット|ジャケ写?|しおり|栞",
    Purpose.DOCUMENT: "資料|スライド|パワーポイント|パワポ|プレゼン|レポート|企画書|提案書|発表|"
    "論文|教材|広報誌?|会報|社内報|学級通信|新聞|メニュー表?|案内(?:状|文)?|お知らせ|お便り|おたより|回覧板|パンフレット|説明書|自由研究|宿題|課題|授業",
    Purpose.WEBSITE: "ホームページ|ホムペ|サイト|ブログ|HP|記事",
    Purpose.POST: "インスタグラム|インスタ|Instagram|Twitter|ツイッター|SNS|Facebook|"
    "フェイスブック|TikTok|YouTube|ユーチューブ|動画|配信|投稿|mixi",
    Purpose.PRINT: "印刷|プリントアウト",
    Purpose.DECORATION: "飾り|インテリア|額縁|額|玄関|リビング|部屋|寝室|待合室|店内|教室",
    Purpose.MATERIAL: "練習|参考|下絵|塗り絵|ぬりえ|ぬり絵|刺繍|刺青|タトゥー|ネイル|ゲーム|素材",
}
_MEDIUM = re.compile(
    "(?:" + "|".join(f"(?P<{kind}>{words})" for kind, words in _MEDIA.items()) + ")$"
)
PERSON = (
    "母|父|妻|夫|娘|息子|孫|子ども|子供|こども|家族|両親|祖母|祖父|姉|妹|兄|弟|友だち|友達|友人|彼女|"
    "彼氏|旦那|先輩|後輩|同僚|上司|先生|推し|みんな|さん|ちゃん|くん|様"
)
# Whose medium it is, or for which day: no subject. The end of what stands before it.
_OWNER = re.compile(
    f"(?:{PERSON}|{DESK}|{PHONE}|LINE|ライン|X|Discord|ディスコード|Slack|Zoom|Teams|note|アプリ|"
    "小説|漫画|マンガ|本|曲|アルバム|CD|チャンネル|アカウント|垢|イベント|パーティー|サークル|クラブ|"
    "チーム|バンド|ライブ|自分|私|わたし|あたし|僕|ぼく|俺|おれ|うち|家|仕事|会議|来年|今年|会|式|祭り?|日|節|"
    "部|店|社|校|学校|園|室|塾|寺|課|文集|誌|クリスマス|ハロウィン|バレンタイン|記念|お祝い|正月|七夕|喪中|"
    "メッセージ|バースデー|グリーティング|サンクス|絵|T|トート|エコ|ウェルカム|新しい)$"
)


@cache
def medium_of(noun: str) -> Purpose | None:
    """Return what a noun phrase is that a picture is put on: 「娘の誕生日カード」."""
    match = _MEDIUM.search(noun)
    if match is None or match.lastgroup is None:
        return None
    before = noun[: match.start()]
    owner = re.sub("(?:への|用の|の|用)$", "", before)
    while owner and (owned := _OWNER.search(owner) or _MEDIUM.search(owner)):
        shorter = owner[: owned.start()]
        owner = shorter[:-1] if shorter.endswith("の") else ""
    return None if owner else Purpose(match.lastgroup)
