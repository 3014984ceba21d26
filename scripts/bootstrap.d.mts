export function bootstrap(name: string, args: string[]): Promise<void>;
export function findNode(root: string, ownVersion: string): string | undefined;
export function isInstalled(root: string): boolean;
