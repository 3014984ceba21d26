import { findBuiltIn, lambdaPlaces } from "../../expression/functions/table.ts";
import { namesWithoutDollar } from "../../expression/functions/own.ts";
import { keyIsRefused } from "../../values/keys.ts";
import { startOf } from "./position.ts";
import { nestingMax } from "./scan.ts";
import { bareName, endsInTailCall, isDefault, isExists, isPlainCondition, isPlainName } from "./shape.ts";
import { Variables } from "./variables.ts";
import { binaryOperators, refusedFunctions } from "./vocabulary.ts";
import type { BinaryOperator, Call, ChainLink, Group, Lambda, Node, Pair, Step } from "../../expression/node.ts";
import type { Refusal, RefusalCode } from "./refusal.ts";
import type { Stage, Syntax, SyntaxGroup } from "./syntax.ts";
import type { Json } from "../../values/json.ts";

export interface Translation {
  readonly form: Node;
  /** None: the form is good. */
  readonly refusals: readonly Refusal[];
}

/** Turns the parser's tree into the compiled form, and refuses what expressions may not have. */
export function translate(syntax: Syntax): Translation {
  const translator = new Translator();
  const form = translator.node(syntax, { depth: 0, variables: new Variables(undefined), mayBind: true });
  return { form, refusals: translator.refusals };
}

type Placed = Syntax | { readonly position?: number };

interface Place {
  readonly depth: number;
  readonly variables: Variables;
  /** Whether `:=` may stand here. */
  readonly mayBind: boolean;
}

const nothing: Node = { op: "literal", value: null };
const refusalsMax = 20;

class Translator {
  readonly refusals: Refusal[] = [];

  node(syntax: Syntax, place: Place): Node {
    if (place.depth > nestingMax) {
      this.#refuse("EXPR_TOO_DEEP", `The expression is nested more than ${nestingMax} levels deep`, syntax);
      return nothing;
    }
    const operation = this.#operation(syntax, place);
    const filters = this.#stages(syntax.predicate, place);
    const group = syntax.group === undefined ? undefined : this.#group(syntax.group, place);
    return {
      ...operation,
      ...(filters.length > 0 ? { filters } : {}),
      ...(group !== undefined ? { group } : {}),
      ...(syntax.keepArray === true ? { keep: true } : {}),
    };
  }

  #operation(syntax: Syntax, place: Place): Node {
    switch (syntax.type) {
      case "string":
      case "number":
      case "value":
        return { op: "literal", value: syntax.value as Json };
      case "path":
        return this.#path(syntax, place);
      case "name":
        return { op: "name", name: syntax.value as string };
      case "wildcard":
        return { op: "wildcard" };
      case "descendant":
        return { op: "descendants" };
      case "variable":
        return this.#variable(syntax, place);
      case "binary":
        return this.#binary(syntax, place);
      case "unary":
        return this.#unary(syntax, place);
      case "condition":
        return this.#condition(syntax, place);
      case "block":
        return this.#block(syntax, place);
      case "bind":
        return this.#bind(syntax, place);
      case "function":
        return this.#call(syntax, [], place, {});
      case "apply":
        return this.#apply(syntax, place);
      case "lambda":
        if (syntax.thunk === true) return this.#tailCall(syntax.body as Syntax, place);
        return this.#refused("EXPR_FUNCTION_VALUE", "A function cannot be a value", syntax);
      case "partial":
        return this.#refused("EXPR_PARTIAL_REFUSED", "Partial application is refused", syntax);
      case "regex":
        return this.#refused("EXPR_REGEX_REFUSED", "A regular expression is refused", syntax);
      case "transform":
        return this.#refused("EXPR_TRANSFORM_REFUSED", "The transform operator is refused", syntax);
      case "parent":
        return this.#refused("EXPR_PARENT_REFUSED", "The parent operator % is refused", syntax);
      default:
        return this.#refused("EXPR_SYNTAX", `${syntax.type} cannot stand here`, syntax);
    }
  }

  #path(syntax: Syntax, place: Place): Node {
    const parts = syntax.steps ?? [];
    const isPlain = syntax.keepSingletonArray !== true && parts.every(isPlainName);
    if (isPlain) return { op: "path", names: parts.map((step) => step.value as string) };
    const steps = parts.map((step) => this.#step(step, place));
    return syntax.keepSingletonArray === true ? { op: "steps", steps, keepSingleton: true } : { op: "steps", steps };
  }

  #step(syntax: Syntax, place: Place): Step {
    if (syntax.focus !== undefined || syntax.index !== undefined) {
      this.#refuse("EXPR_JOIN_REFUSED", "The operators @ and # are refused", syntax);
    }
    const stages = this.#stages(syntax.stages, place);
    const step: Step =
      syntax.type === "sort"
        ? {
            op: "sort",
            terms: (syntax.terms ?? []).map((term) => {
              const by = this.node(term.expression, below(place));
              return term.descending ? { by, descending: true } : { by };
            }),
            at: at(syntax),
          }
        : this.node(syntax, below(place));
    return stages.length > 0 ? { ...step, stages } : step;
  }

  #stages(stages: readonly Stage[] | undefined, place: Place): Node[] {
    return (stages ?? []).map((stage) => {
      if (stage.type !== "filter") return this.#refused("EXPR_JOIN_REFUSED", "The operator # is refused", stage);
      return this.node(stage.expr, below(place));
    });
  }

  #group(group: SyntaxGroup, place: Place): Group {
    return { pairs: this.#pairs(group.lhs, place), at: at(group) };
  }

  #pairs(pairs: readonly (readonly [Syntax, Syntax])[], place: Place): Pair[] {
    return pairs.map(([key, value]) => {
      if (key.type === "string" && keyIsRefused(key.value as string)) {
        this.#refuse("KEY_REFUSED", `An object may not have the key ${key.value as string}`, key);
      }
      return [this.node(key, below(place)), this.node(value, below(place))];
    });
  }

  #variable(syntax: Syntax, place: Place): Node {
    const name = syntax.value as string;
    if (name === "") return { op: "context" };
    if (name === "$") return { op: "root" };
    if (place.variables.has(name)) return { op: "variable", name };
    if (findBuiltIn(name) !== undefined)
      return this.#refused("EXPR_FUNCTION_VALUE", `The function $${name} is no value`, syntax);
    if (refusedFunctions.has(name)) return this.#refused("EXPR_FUNCTION_REFUSED", `$${name} is refused`, syntax);
    return this.#refused("EXPR_VARIABLE_UNKNOWN", `There is no variable $${name} here`, syntax);
  }

  #binary(syntax: Syntax, place: Place): Node {
    if (syntax.value === "..") {
      const from = this.node(syntax.lhs as Syntax, below(place));
      return { op: "range", from, to: this.node(syntax.rhs as Syntax, below(place)), at: at(syntax) };
    }
    // The left sides of a chain nest in the tree, but are one level for a reader.
    const links: Syntax[] = [];
    let first = syntax;
    while (first.type === "binary" && first.value !== "..") {
      links.unshift(first);
      first = first.lhs as Syntax;
    }
    const left = this.node(first, below(place));
    const rest = links.map((link): ChainLink => {
      if (!binaryOperators.has(link.value as string))
        this.#refuse("EXPR_SYNTAX", `Unknown operator ${String(link.value)}`, link);
      return {
        operator: link.value as BinaryOperator,
        right: this.node(link.rhs as Syntax, below(place)),
        at: at(link),
      };
    });
    const [only] = rest;
    if (rest.length === 1 && only !== undefined) {
      return { op: "binary", operator: only.operator, left, right: only.right, at: only.at };
    }
    return { op: "chain", first: left, rest };
  }

  #unary(syntax: Syntax, place: Place): Node {
    switch (syntax.value) {
      case "-":
        return { op: "negate", operand: this.node(syntax.expression as Syntax, below(place)), at: at(syntax) };
      case "[": {
        const items = (syntax.expressions ?? []).map((item) => this.node(item, below(place)));
        return syntax.consarray === true ? { op: "array", items, constructs: true } : { op: "array", items };
      }
      case "{":
        return {
          op: "object",
          pairs: this.#pairs(syntax.lhs as readonly (readonly [Syntax, Syntax])[], place),
          at: at(syntax),
        };
      default:
        return this.#refused("EXPR_SYNTAX", `Unknown operator ${String(syntax.value)}`, syntax);
    }
  }

  #condition(syntax: Syntax, place: Place): Node {
    const inside = { ...place, depth: place.depth + 1 };
    const when = this.node(syntax.condition as Syntax, below(place));
    const then = this.node(syntax.then as Syntax, inside);
    if (syntax.else === undefined) return { op: "condition", cases: [[when, then]] };
    if (isPlainCondition(syntax.else) && !isDefault(when, then)) {
      // A chain of conditions is one level, however long it is.
      const cases: [Node, Node][] = [[when, then]];
      let last: Syntax | undefined = syntax.else;
      let otherwise: Node | undefined;
      while (last !== undefined) {
        if (!isPlainCondition(last)) {
          otherwise = this.node(last, inside);
          break;
        }
        const nextWhen = this.node(last.condition as Syntax, below(place));
        const nextThen = this.node(last.then as Syntax, inside);
        if (isDefault(nextWhen, nextThen)) {
          otherwise = this.#defaulted(nextWhen, nextThen, last.else, inside);
          break;
        }
        cases.push([nextWhen, nextThen]);
        last = last.else;
      }
      return otherwise === undefined ? { op: "condition", cases } : { op: "condition", cases, otherwise };
    }
    if (isDefault(when, then)) return this.#defaulted(when, then, syntax.else, inside);
    return { op: "condition", cases: [[when, then]], otherwise: this.node(syntax.else, inside) };
  }

  /** `??` and `?:`, which the parser writes as conditions that read their left side twice. */
  #defaulted(when: Node, then: Node, otherwise: Syntax | undefined, place: Place): Node {
    if (otherwise === undefined) return { op: "condition", cases: [[when, then]] };
    const last = this.node(otherwise, place);
    return isExists(when, then)
      ? { op: "coalesce", operand: then, otherwise: last }
      : { op: "elvis", operand: then, otherwise: last };
  }

  #block(syntax: Syntax, place: Place): Node {
    const parts = syntax.expressions ?? [];
    const last = parts[parts.length - 1];
    if ((syntax.predicate !== undefined || syntax.group !== undefined) && last !== undefined && endsInTailCall(last)) {
      return this.#refused("EXPR_PREDICATE_LOST", "JSONata ignores what follows these parentheses", syntax);
    }
    const inside = { depth: place.depth + 1, variables: new Variables(place.variables), mayBind: true };
    const body = parts.map((part) => this.node(part, inside));
    return syntax.consarray === true ? { op: "block", body, constructs: true } : { op: "block", body };
  }

  #bind(syntax: Syntax, place: Place): Node {
    const name = (syntax.lhs as Syntax).value as string;
    if (!place.mayBind) return this.#refused("EXPR_BIND_PLACE", "An assignment cannot stand here", syntax);
    if (name === "" || name === "$") return this.#refused("EXPR_BIND_PLACE", `$${name} cannot be assigned`, syntax);
    const value = this.node(syntax.rhs as Syntax, { ...place, depth: place.depth + 1 });
    place.variables.add(name);
    return { op: "bind", name, value };
  }

  #apply(syntax: Syntax, place: Place): Node {
    const operand = syntax.lhs as Syntax;
    const target = syntax.rhs as Syntax;
    if (target.predicate !== undefined || target.group !== undefined) {
      return this.#refused("EXPR_PREDICATE_LOST", "JSONata ignores what follows this call", target);
    }
    if (target.type === "function") return this.#call(target, [operand], place, {});
    if (target.type === "variable")
      return this.#call({ ...target, type: "function", procedure: target }, [operand], place, { context: "none" });
    if (target.type === "lambda") {
      const left = this.node(operand, below(place));
      return { op: "apply", operand: left, lambda: this.#lambda(target, place) };
    }
    return this.#refused("EXPR_FUNCTION_VALUE", "A call or a function must follow ~>", target);
  }

  #tailCall(syntax: Syntax, place: Place): Node {
    if (syntax.group !== undefined)
      return this.#refused("EXPR_PREDICATE_LOST", "JSONata ignores what follows this call", syntax);
    return this.#call(syntax, [], place, { tail: true });
  }

  #call(syntax: Syntax, before: readonly Syntax[], place: Place, marks: Pick<Call, "context" | "tail">): Node {
    const name = this.#functionName(syntax, place);
    if (name === undefined) return nothing;
    const given = [...before, ...(syntax.arguments ?? [])];
    const places = lambdaPlaces.get(name) ?? [];
    const args = given.map((arg, index): Node => {
      if (arg.type !== "lambda" || arg.thunk === true) return this.node(arg, below(place));
      const isLast = index === given.length - 1 || name === "reduce";
      if (places.includes(index) && isLast) return this.#lambda(arg, place);
      return this.#refused("EXPR_FUNCTION_VALUE", `$${name} takes no function here`, arg);
    });
    this.#checkArguments(name, args, syntax);
    return { op: "call", name, args, at: at(syntax), ...marks };
  }

  #functionName(syntax: Syntax, place: Place): string | undefined {
    const procedure = syntax.procedure as Syntax;
    const name = procedure.type === "variable" ? (procedure.value as string) : bareName(procedure);
    if (name === undefined || place.variables.has(name)) {
      this.#refuse("EXPR_FUNCTION_VALUE", "Only a built-in function can be called, by its name", syntax);
      return undefined;
    }
    if (refusedFunctions.has(name)) {
      this.#refuse("EXPR_FUNCTION_REFUSED", `$${name} is refused`, syntax);
      return undefined;
    }
    if (findBuiltIn(name) === undefined) {
      this.#refuse("EXPR_FUNCTION_UNKNOWN", `There is no function $${name}`, syntax);
      return undefined;
    }
    if (procedure.type !== "variable" && !namesWithoutDollar.includes(name)) {
      this.#refuse("EXPR_FUNCTION_UNKNOWN", `There is no function ${name}; there is $${name}`, syntax);
      return undefined;
    }
    return name;
  }

  #checkArguments(name: string, args: readonly Node[], syntax: Syntax): void {
    const params = findBuiltIn(name)?.params ?? [];
    const many = params.some((param) => param.many);
    const least = many ? 1 : params.filter((param) => !param.optional).length;
    const most = many ? Infinity : params.length;
    if (args.length < least || args.length > most) {
      const expected = least === most ? `${least}` : most === Infinity ? `at least ${least}` : `${least} to ${most}`;
      this.#refuse("EXPR_ARGUMENTS", `$${name} takes ${expected} arguments, not ${args.length}`, syntax);
    }
    const needsLambda = lambdaPlaces.has(name) && name !== "sort" && name !== "single";
    const hasLambda = args.some((arg) => arg.op === "lambda");
    const refusesOther = lambdaPlaces.has(name) && args.length > 1 && !hasLambda;
    if ((needsLambda && !hasLambda) || refusesOther) {
      this.#refuse("EXPR_LAMBDA_REQUIRED", `$${name} needs a function that is written in place`, syntax);
    }
  }

  #lambda(syntax: Syntax, place: Place): Lambda {
    if (syntax.signature !== undefined)
      this.#refuse("EXPR_LAMBDA_SIGNATURE", "A function may not have a signature", syntax);
    const params = (syntax.arguments ?? []).map((param) => param.value as string);
    const inside = { depth: place.depth + 1, variables: new Variables(place.variables, params), mayBind: false };
    return { op: "lambda", params, body: this.node(syntax.body as Syntax, inside) };
  }

  #refused(code: RefusalCode, message: string, syntax: Placed): Node {
    this.#refuse(code, message, syntax);
    return nothing;
  }

  #refuse(code: RefusalCode, message: string, syntax: Placed): void {
    if (this.refusals.length < refusalsMax) this.refusals.push({ code, message, position: at(syntax) });
  }
}

/** Where a node begins; of brackets, which have no type, the bracket. */
function at(syntax: Placed): number {
  return startOf({ type: "bracket", ...syntax });
}

function below(place: Place): Place {
  return { depth: place.depth + 1, variables: place.variables, mayBind: false };
}
