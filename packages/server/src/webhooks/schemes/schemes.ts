import type { WebhookScheme as SchemeName } from "@mainspring/store";
import { github } from "./github.ts";
import type { WebhookScheme } from "./scheme.ts";
import { slack } from "./slack.ts";
import { standard } from "./standard.ts";
import { stripe } from "./stripe.ts";

export const schemes: { readonly [name in SchemeName]: WebhookScheme } = { standard, github, stripe, slack };
