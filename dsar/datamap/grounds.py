"""Why a kind of store cannot erase something, in words that the person is told."""

SUGGESTION_WHOLE = "a suggestion can only be deleted whole"
FILE_WHOLE = "a file can only be deleted whole"
KEY_WHOLE = "a key of a cache can only be deleted whole"
ENTRY_WHOLE = "an entry of a search box can only be deleted whole"
NO_WAY = "this search box lets nobody delete an entry, and no call that builds it anew is known"

IN_CHINESE = {
    SUGGESTION_WHOLE: "联想词只能整条删除",
    FILE_WHOLE: "文件只能整个删除",
    KEY_WHOLE: "缓存中的键只能整个删除",
    ENTRY_WHOLE: "搜索框中的条目只能整条删除",
    NO_WAY: "该搜索框不允许删除条目，也没有已知的重建方法",
}
