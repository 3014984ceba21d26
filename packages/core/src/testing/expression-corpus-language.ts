/** Expressions by construct of the language, one a line. */
export const languageCorpus: { readonly [construct: string]: string } = {
  literals: `
5
-5
1.5e3
0.1
"text"
'single'
"esc \\" \\\\ \\n \\u00e9"
true
false
null
[]
{}
[1, "a", null]
{"a": 1, "b": [2, {"c": null}]}
/* comment */ 1 /* more */
"/* no comment */"
"a == b"`,
  paths: `
payload
payload.n
payload.s
payload.nul
payload.missing
payload.missing.more
payload.nul.more
payload.n.more
payload.s.length
payload.address.street
payload.address."zip code"
payload.address.\`zip code\`
payload.address.geo.lat
payload.lines
payload.lines.sku
payload.lines.price
payload.lines.tags
payload.lines.dims
payload.lines.dims.w
payload.lines.dims.h
payload.lines.missing
payload.one
payload.one.tag
payload.one[]
payload.one.tag[]
payload.one[].tag
payload.lines.dims.h[]
payload.lines.missing[]
payload.none
payload.none.x
payload.none[]
payload.nested
payload.nested.x
payload.mixed
payload.mixed.x
payload.people.phones
payload.people.phones.no
payload.people.phones[].no
payload.people.phones.no[]
payload.deep.a.b.c.d
payload.deep.a.b.c.d[]
payload.deep.a.b.c.e
payload.and
and
payload.numbers.$
payload.nested.$
payload.nested.$.$
payload.lines.(sku)
payload.lines.(price * count)
payload.lines.(price; count)
payload.lines.[sku, price]
payload.lines.[sku]
payload.lines.[sku][0]
payload.lines.{"k": sku, "v": price}
payload.lines.{sku: price}
payload.lines."sku"
[payload.lines.sku]
[payload.lines].sku
[payload.n, payload.zero].($ + 1)
[1, 2, 3].($ * 2)
[[1, 2], [3]].$
[[1, 2], [3]].[$]
{"a": {"b": 1}}.a.b
{"a": [1, 2]}.a
{"a": [{"b": 1}, {"b": [2, 3]}]}.a.b
$.payload.n
$$.payload.n
$.$.payload.n
payload.lines.$$.rate
payload.lines.($$.rate * price)
(payload.lines).sku
(payload).lines.sku
payload.(lines.sku)
payload.*.sku
payload.lines.*
payload.address.*
payload.address.geo.*
payload.noObject.*
payload.none.*
payload.n.*
payload.mixed.*
payload.lines.dims.*
payload.deep.**.d
payload.address.**
payload.**.lat
payload.numbers.**
payload.n.**
payload.missing.**
payload.people.**.no
[payload.deep.**]
*.n
payload.[n, s].$
payload.lines.tags.$
payload.lines.tags.$string()
payload.s.$length()
payload.numbers.$string()
"payload".n`,
  predicates: `
payload.lines[0]
payload.lines[0].sku
payload.lines[-1].sku
payload.lines[-9]
payload.lines[9]
payload.lines[1.7].sku
payload.lines[-0.5].sku
payload.lines.sku[0]
payload.lines.tags[0]
payload.lines.(tags[0])
(payload.lines.sku)[0]
(payload.lines.tags)[-1]
payload.numbers[0]
payload.numbers[[0, 2]]
payload.numbers[[2, 0]]
payload.numbers[[0..1]]
payload.numbers[[-1, 5]]
payload.numbers[[]]
payload.numbers[$ > 1]
payload.numbers[$ = 1]
payload.numbers[true]
payload.numbers[false]
payload.numbers["x"]
payload.numbers[""]
payload.numbers[null]
payload.numbers[payload]
payload.lines[price > 6].sku
payload.lines[price > 6 and count > 2].sku
payload.lines[price > 6][0].sku
payload.lines[0][0].sku
payload.lines[0][1]
payload.lines[sku = "a"]
payload.lines[sku = "a"].price
payload.lines[sku = "a"][1].price
payload.lines[sku = "zz"]
payload.lines[sku = "zz"].price
payload.lines[dims.w = 3].sku
payload.lines[tags].sku
payload.lines[dims].sku
payload.lines["x" in tags].sku
payload.lines[sku in $$.list].sku
payload.lines[$exists(dims.h)].sku
payload.lines[count].sku
payload.lines[$$.rate].sku
payload.lines[price > $$.rate].sku
payload.n[0]
payload.n[1]
payload.n[-1]
payload.n[$ = 5]
payload.n[$ = 6]
payload.s[0]
payload.missing[0]
payload.missing[true]
payload.lines.missing[true]
$count(payload.lines.missing[true])
payload.none[0]
payload.nested[0]
payload.nested[1]
payload.nested[1][1]
payload.nested[2]
payload.nested.$[0]
(payload.nested[0])[1]
payload.people.phones[0].no
payload.people[0].phones[type = "work"].no
payload.people.phones[type = "work"].no
payload.people[phones.type = "work"].name
payload.people[phones[type = "home"]].name
payload.address[geo].street
payload.address[street = "Main"].geo.lat
payload.lines[0].sku[0]
([0].("ab")).{"k": 1}
([0].("ab")).($ & "!")
([0].("")).{"k": 1}
([0].(12)).{"k": 1}
([0].("ab"))[1]
([0].("ab")){"k": $}
payload.lines.sku[$ = "a"]
payload.lines[][0]
payload.lines[0][].sku
payload.lines[0].sku[]
[1, 2, 3][1]
[1, 2, 3][$ > 1]
[1, 2, 3][[0, 1]]
[[1, 2], [3]][0]
{"a": 1}[0].a
{"a": 1}[a = 1]
"abc"[0]
(1)[0]
(1; 2)[0]
payload.lines[price < 0].(1 / 0)
payload.mixed[$type($) = "object"].x
payload.lines[price > "a"]
payload.mixed[$ > 1]`,
  arithmetic: `
1 + 2
1 - 2
2 * 3
7 / 2
7 % 3
-7 % 3
7.5 % 2
0.1 + 0.2
1 + 2 * 3
(1 + 2) * 3
2 - 3 - 4
100 / 10 / 5
-payload.n
--5
- - 5
-(1 + 2)
-payload.missing
-payload.s
-payload.numbers
payload.n + payload.zero
payload.n + payload.missing
payload.missing * 2
payload.n + payload.nul
payload.n + payload.t
payload.s + 1
1 + payload.s
1 + "2"
payload.numbers + 1
payload.one + 1
[5] + 1
payload.numbers[0] + payload.numbers[1]
payload.big + 0
1e308 * 10
1 / 3
0 * -1
5 % 0
0 / 0`,
  comparison: `
1 = 1
1 = 1.0
1 = "1"
"a" = "a"
"a" = "b"
true = true
null = null
null = false
payload.nul = null
payload.missing = null
payload.missing = payload.missing
payload.missing != 1
payload.missing != payload.missing
1 != 2
1 != 1
[1, 2] = [1, 2]
[1, 2] = [2, 1]
[1] = 1
{"a": 1, "b": 2} = {"b": 2, "a": 1}
{"a": 1} = {"a": 1, "b": 2}
{"a": [1, {"b": 2}]} = {"a": [1, {"b": 2}]}
payload.dupes[4] = payload.dupes[5]
[] = []
{} = {}
[] = {}
payload.lines[0] = payload.lines[0]
1 < 2
2 < 1
1 <= 1
1 >= 2
2 > 1
"a" < "b"
"a" < "B"
"é" > "z"
"a" <= "a"
"10" < "9"
1 < "2"
"1" < 2
null < 1
true < false
[1] < [2]
[1] < 2
{} < 1
payload.missing < 1
1 > payload.missing
payload.missing < payload.nul
payload.missing < payload.t
1 in [1, 2]
3 in [1, 2]
1 in 1
"a" in "abc"
"a" in ["abc"]
null in [null]
[1] in [[1]]
payload.missing in [1]
1 in payload.missing
payload.n in payload.numbers
"y" in payload.lines.tags
1 = 1 = true
1 < 2 = true
1 = 2 and 2 = 2`,
  booleans: `
true and true
true and false
false or true
false or false
true and true and false
false or true and false
payload.t and payload.n
payload.n and payload.s
payload.zero or payload.empty
payload.missing and true
true and payload.missing
payload.missing or false
payload.nul or payload.missing
payload.none or payload.noObject
payload.none and true
payload.numbers and true
payload.noObject and true
payload.address and true
[0] and true
[0, 0] and true
[0, 1] and true
[[]] and true
[[], [1]] and true
"false" and true
" " and true
false and (1 / "a")
true or (1 / "a")
true and (1 / "a")
$not(payload.t)
$not(payload.missing)
$boolean(payload.n[]["b"])
$boolean(payload.missing[]["b"])
$not(payload.n.missing[]["b"])
$boolean(payload.none)
$boolean(payload.numbers)
$boolean([0])
$boolean("false")
$boolean(payload.missing)
$boolean(null)
$boolean([null])
$exists(payload.n)
$exists(payload.nul)
$exists(payload.missing)
$exists(payload.none)
$exists(payload.lines.missing)`,
  conditions: `
payload.t ? 1 : 2
payload.f ? 1 : 2
payload.f ? 1
payload.t ? 1
payload.missing ? 1 : 2
payload.n > 3 ? "big" : "small"
payload.n > 9 ? "huge" : payload.n > 3 ? "big" : "small"
payload.n > 9 ? 1 : payload.n > 8 ? 2 : payload.n > 7 ? 3 : payload.n > 1 ? 4 : 5
payload.n > 9 ? 1 : payload.n > 8 ? 2
payload.f ? 1 / "a" : 3
payload.t ? payload.lines.sku : 0
payload.f ? 0 : payload.lines[0].tags
payload.none ? 1 : 2
[0] ? 1 : 2
payload.n ?: 1
payload.zero ?: 1
payload.empty ?: "d"
payload.missing ?: "d"
payload.nul ?: "d"
payload.none ?: "d"
payload.f ?: payload.zero ?: "last"
payload.n ?? 1
payload.zero ?? 1
payload.missing ?? 1
payload.nul ?? 1
payload.none ?? 1
payload.missing ?? payload.more ?? "last"
payload.lines.missing ?? []
payload.lines[sku = "zz"].price ?? 0
(payload.missing ?? 1) + 2
payload.missing ?? 1 + 2
payload.lines.(dims.w ?? 0)
payload.lines.(dims ?: "none")
payload.lines[0] ?: 1
-5 ?: 1
5 ?? 1
payload.lines[0].tags[0] ?? "none"
payload.t ? (payload.f ? 1 : 2) : 3`,
  concatenation: `
"a" & "b"
"a" & 1
"a" & 1.5
"a" & true & null
"a" & payload.missing
payload.missing & payload.missing
"n=" & payload.n & ", s=" & payload.s
"" & 0.1
"" & (0.1 + 0.2)
"" & payload.third
"" & 1e21
"" & 1e-7
"" & 123456789.123456789
"" & 1234567890123456789
"" & payload.big
"" & payload.numbers
"" & payload.address
"" & []
"" & {}
"" & payload.mixed
"" & -0
1 & 2
"a" & 1 + 2
payload.lines.(sku & count)`,
  constructors: `
[1, 2, 3]
[payload.n, payload.missing, payload.nul]
[payload.numbers]
[payload.numbers, payload.numbers]
[[payload.numbers]]
[[payload.numbers], 1]
[payload.none]
[payload.none, 1]
[payload.nested]
[payload.nested, 1]
[payload.missing]
[[payload.missing]]
[1..5]
[5..1]
[1..1]
[0..-1]
[-2..2]
[1..3, 7, 9..10]
[payload.zero..payload.n]
[payload.missing..3]
[1..payload.missing]
[1.5..3]
[1.."3"]
[1..3].($ * $)
[1..3][$ > 1]
$sum([1..100])
{"a": payload.n, "b": payload.missing}
{"a": payload.missing}
{"a": payload.numbers}
{"a": payload.none}
{payload.s: 1}
{payload.lines[0].sku: 1}
{"x" & 1: 2}
{payload.missing: 1}
{payload.n: 1}
{"a": 1, "a": 2}
{"a": {"b": {"c": 1}}}.a.b.c
{"b": 1, "a": 2, "10": 3, "9": 4}
$keys({"b": 1, "a": 2, "10": 3, "9": 4})
{"list": payload.lines.sku, "first": payload.lines[0].sku}
{"a": payload.t ? 1}
{"a": payload.f ? 1}`,
  grouping: `
payload.lines{sku: price}
payload.lines{sku: $sum(price)}
payload.lines{sku: count}
payload.lines{sku: $}
payload.lines{sku: $count($)}
payload.lines{sku: {"prices": price, "n": $count($)}}
payload.lines{sku: tags}
payload.lines{"all": $sum(price)}
payload.lines{"all": price, "n": count}
payload.lines{sku: price, "total": $sum(price)}
payload.lines{sku: price, sku & "!": count}
payload.lines[price > 4]{sku: price}
payload.people{name: phones.no}
payload.people{name: phones}
payload.people{name: $string(age)}
payload.lines{count: price}
payload.lines{missing: price}
payload.none{"a": 1}
payload.missing{"a": 1}
payload.missing{"a": $}
payload.numbers{$string($): $}
payload.numbers{"x": $}
payload.dupes{$string($): 1}
payload.nested{$string($): $count($)}
payload{"n": n, "s": s}
payload.lines.tags{$: 1}
payload.lines.(tags){$: $count($)}
(payload.lines){sku: price}
[1, 2, 1]{$string($): $}
$distinct(payload.lines.sku){$: 1}
payload.lines{sku: price}.a
(payload.lines{sku: price}).a
$keys(payload.lines{sku: price})`,
  ordering: `
payload.numbers^($)
payload.numbers^(<$)
payload.numbers^(>$)
payload.words^($)
payload.lines^(price).sku
payload.lines^(>price).sku
payload.lines^(sku).price
payload.lines^(sku, price).price
payload.lines^(sku, >price).price
payload.lines^(>sku, price).price
payload.lines^(dims.w).sku
payload.lines^(>dims.w).sku
payload.lines^(missing).sku
payload.people^(age).name
payload.people^(>age).name
payload.lines^(price)[0].sku
payload.lines^(price)[-1].sku
payload.lines^(price)[price > 4].sku
payload.lines[price > 4]^(price).sku
payload.lines^(price).tags
payload.lines^(price * count).sku
payload.lines^($string(price)).price
payload.mixed^($)
payload.lines^(tags).sku
payload.one^(tag)
payload.none^($)
payload.missing^($)
payload.n^($)
payload.lines^(count > 2)
payload.lines^(sku)^(price).price
$^(payload)
payload.lines^(price){sku: price}
(payload.lines^(price)).sku[0]`,
  blocks: `
(1)
()
(1; 2)
(1; 2;)
($x := 5; $x)
($x := 5; $y := $x * 2; $x + $y)
($x := 1; ($x := 2; $x); $x)
($x := 1; ($y := 2; $x + $y))
($x := payload.lines; $x.sku)
($x := payload.lines; $x[0].sku)
($x := payload.lines.sku; $x[1])
($x := payload.one.tag; $x)
($x := payload.one.tag[]; $x)
($x := payload.missing; $exists($x))
($x := payload.missing; $x ?? 1)
($x := $y := 3; $x + $y)
($t := payload.t; $t ? "y" : "n")
($x := 1; $x := $x + 1; $x := $x * 10; $x)
payload.(($p := n; $p * 2))
payload.lines.($p := price; $p * count)
payload.lines[($p := price; $p > 4)].sku
($total := $sum(payload.lines.price); payload.lines.(price / $total))
($a := [1, 2]; $a[0] + $a[1])
($f := payload.f; $f ? ($g := 1; $g) : ($g := 2; $g))
($o := {"a": {"b": 2}}; $o.a.b)
($o := payload.address; $o.*)
($a := payload.t ? 1 : 2; $a)
($c := payload.t; $c ? $d := 7; $d)
$x := 5
[($x := 1; $x), ($x := 2; $x)]`,
  higherOrder: `
$map([1, 2, 3], function($x) { $x * 2 })
$map(payload.lines, function($l) { $l.sku })
$map(payload.lines, function($l, $i) { $l.sku & $i })
$map(payload.lines, function($l, $i, $all) { $count($all) })
$map(5, function($x) { $x + 1 })
$map([5], function($x) { $x + 1 })
$map(payload.missing, function($x) { $x })
$map([], function($x) { $x })
$map([1, 2, 3], function($x) { $x > 1 ? $x })
$map([1, 2, 3], function() { 7 })
$map([1, 2], function($x) { [$x, $x] })
$map([1, 2], function($x) { {"v": $x} })
$map([[1, 2], [3]], function($x) { $sum($x) })
$map([[1, 2], [3]], function($x) { $x })
$map([1, 2], function($x) { $map([10, 20], function($y) { $x + $y }) })
$map([1, 2, 3], function($x) { $filter([1, 2], function($y) { $y = $x }) })
$map([1, 2, 3], function($x) { ($filter([1, 2], function($y) { $y = $x })) })
$map([1, 2], function($x) { payload.n + $x })
$map(payload.words, function($w) { $uppercase($w) })
$map(payload.words, function($w) { $w.$uppercase() })
$map(["a"], function($x) { $uppercase() })
$map([1, 2], λ($x) { $x + 1 })
$map(payload.lines, function($l) { ($t := $l.price * $l.count; $t + 1) })
$map([1, 2, 3], function($x) { $x })[0]
$map([1, 2, 3], function($x) { $x })[]
$map([1], function($x) { $x })[]
payload.lines.$map(tags, function($t) { $t & "!" })
payload.lines ~> $map(function($l) { $l.sku })
payload.lines ~> $map(function($l) { $l.sku }) ~> $join("-")
$filter([1, 2, 3], function($x) { $x > 1 })
$filter([1, 2, 3], function($x) { $x > 2 })
$filter([1, 2, 3], function($x) { $x > 3 })
$filter(payload.lines, function($l) { $l.price > 4 }).sku
$filter(payload.lines, function($l, $i) { $i > 1 }).sku
$filter(payload.lines, function($l, $i, $a) { $i = $count($a) - 1 }).sku
$filter(payload.missing, function($x) { true })
$filter(1, function($x) { $x })
$filter([0, 1, 2], function($x) { $x })
$filter([[], [0], [1]], function($x) { $x })
$reduce([1, 2, 3], function($a, $b) { $a + $b })
$reduce([1, 2, 3], function($a, $b) { $a + $b }, 10)
$reduce([1, 2, 3], function($a, $b, $i) { $a + $i })
$reduce([1, 2, 3], function($a, $b, $i, $all) { $a + $count($all) })
$reduce([], function($a, $b) { $a + $b })
$reduce([], function($a, $b) { $a + $b }, 7)
$reduce([5], function($a, $b) { $a + $b })
$reduce(payload.missing, function($a, $b) { $a + $b })
$reduce(payload.words, function($a, $b) { $a & "," & $b })
$reduce([[1], [2, 3]], function($a, $b) { $append($a, $b) })
$reduce(payload.lines, function($a, $l) { $merge([$a, {$l.sku: $l.price}]) }, {})
$reduce([1, 2], function($a) { $a })
$sort([3, 1, 2])
$sort(payload.words)
$sort([1])
$sort([])
$sort(5)
$sort(payload.missing)
$sort([1, "a"])
$sort([true, false])
$sort(payload.lines, function($l, $r) { $l.price > $r.price }).sku
$sort(payload.lines, function($l, $r) { $l.price < $r.price }).sku
$sort(payload.lines, function($l, $r) { $l.sku > $r.sku }).price
$sort([3, 1, 2], function($l, $r) { false })
$sort([3, 1, 2], function($l, $r) { true })
$sort([5, 3, 4, 1, 2, 6], function($l, $r) { $l % 3 > $r % 3 })
$sort([3, 1, 2], function($l, $r) { $l - $r })
$single([1, 2, 3], function($x) { $x = 2 })
$single([1, 2, 3], function($x) { $x > 1 })
$single([1, 2, 3], function($x) { $x > 5 })
$single([7])
$single([7, 8])
$single(payload.missing)
$single(payload.lines, function($l) { $l.sku = "c" }).price
$each(payload.address, function($v, $k) { $k })
$each({"a": 1, "b": 2}, function($v, $k) { $k & $v })
$each({"a": 1, "b": 2}, function($v) { $v })
$each({"a": 1}, function($v, $k, $o) { $o })
$each({}, function($v) { $v })
payload.keyed.$each(function($v, $k) { $k & $v })
payload.keyed ~> $each(function($v, $k) { $k & $v })
$each(5, function($v) { $v })
$sift({"a": 1, "b": 2}, function($v) { $v > 1 })
$sift({"a": 1, "b": 2}, function($v, $k) { $k = "a" })
$sift({"a": 1, "b": 2}, function($v) { $v > 5 })
payload.address.$sift(function($v, $k) { $k != "geo" })
$sift(payload.missing, function($v) { true })
[1, 2, 3] ~> $sum()
[1, 2, 3] ~> $sum
payload.words ~> $join("+")
"abc" ~> $uppercase() ~> $length()
5 ~> function($x) { $x * 2 }
payload.lines.price ~> $sort() ~> $reverse()
payload.missing ~> $sum()`,
};
