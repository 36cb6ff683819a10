/** The statement of an IAM policy that allows an action, to be pasted as it is. */
export const allowStatement = (action: string, resource: string): string =>
  JSON.stringify({ Effect: 'Allow', Action: action, Resource: resource });
